# profiles.cmake - writes OUT, a C file with the texts of the profiles in FOLDER: what a provider's
# `profile = NAME` finds without a file. Run by the build when one of them changes.
file(GLOB profiles ${FOLDER}/*.ini)
list(SORT profiles)
set(arrays "")
set(rows "")
foreach(profile ${profiles})
  get_filename_component(name ${profile} NAME_WE)
  string(MAKE_C_IDENTIFIER ${name} symbol)
  file(READ ${profile} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "static const char ${symbol}[] = {${bytes}'\\0'};\n")
  string(APPEND rows "    {\"${name}\", ${symbol}, sizeof(${symbol}) - 1},\n")
endforeach()
file(WRITE ${OUT} "#include \"switch/provider.h\"\n\n${arrays}
const struct provider_shipped provider_shipped[] = {\n${rows}    {NULL, NULL, 0},\n};\n")
