#!/usr/bin/env bash
# top.sh - nothing stands at the top level beside the fixed layout.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
visible='CMakeLists.txt|README.md|LICENSE|switch|ledger|protocols|bench|tests'
hidden='\.ci|\.clang-format|\.clang-tidy|\.gitignore|\.editorconfig|\.git'
built='build|build-[a-z0-9-]+'
say_lines "not part of the top level" < <(ls -A | grep -vxE "$visible|$hidden|$built")
finish
