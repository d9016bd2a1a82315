# pages.cmake - writes OUT, a C file with the pages of FOLDER as HEADER declares them: a slice
# PREFIX_NAME of each NAME.html that is a whole document, and PREFIX_policy, what the headers allow
# them. {{>FILE}} is replaced by that file, blanks at the start of lines and comments are left out.
# Run by the build when one of the files changes.

# The base64 of a hash in hex, as Content-Security-Policy has it: three bytes are four letters.
function(base64 hex out)
  set(letters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(text "")
  foreach(at RANGE 0 60 6) # 32 bytes: the last group has two
    string(SUBSTRING "${hex}0000" ${at} 6 group)
    math(EXPR bits "0x${group}")
    foreach(shift 18 12 6 0)
      math(EXPR letter "(${bits} >> ${shift}) & 63")
      string(SUBSTRING ${letters} ${letter} 1 letter)
      string(APPEND text ${letter})
    endforeach()
  endforeach()
  string(SUBSTRING ${text} 0 43 text)
  set(${out} "${text}=" PARENT_SCOPE)
endfunction()

function(read name out)
  file(READ ${FOLDER}/${name} text)
  string(REGEX REPLACE "(^|\n) +" "\\1" text "${text}")
  string(REGEX REPLACE "/\\*[^*]*\\*/\n" "" text "${text}")
  string(REGEX REPLACE "{{![^}]*}}\n" "" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*.html ${FOLDER}/*.css ${FOLDER}/*.js)
list(SORT files)
set(style "")
set(script "")
foreach(name ${files})
  read(${name} text_${name})
  string(SHA256 hash "${text_${name}}")
  base64(${hash} hash)
  if(name MATCHES "\\.css$")
    string(APPEND style " 'sha256-${hash}'")
  elseif(name MATCHES "\\.js$")
    string(APPEND script " 'sha256-${hash}'")
  endif()
endforeach()
set(policy "style-src${style}; ")
if(script)
  string(APPEND policy "script-src${script}; ")
endif()

set(pages "")
foreach(name ${files})
  set(page "${text_${name}}")
  foreach(depth 1 2) # head.html has style.css
    foreach(part ${files})
      string(REPLACE "{{>${part}}}" "${text_${part}}" page "${page}")
    endforeach()
  endforeach()
  if(page MATCHES "^<!DOCTYPE html>.*</html>\n$")
    get_filename_component(symbol ${name} NAME_WE)
    string(HEX "${page}" hex)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
    string(APPEND pages "static const char ${symbol}[] = {${bytes}'\\0'};\n"
      "const struct slice ${PREFIX}_${symbol} = {${symbol}, sizeof(${symbol}) - 1};\n")
  endif()
endforeach()
file(WRITE ${OUT}
  "#include \"${HEADER}\"\n\n${pages}const char ${PREFIX}_policy[] = \"${policy}\";\n")
