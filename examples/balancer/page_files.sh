#!/bin/sh
# page_files.sh OUTPUT NAME FILE [NAME FILE ...]: writes a source in which page_NAME() is what FILE holds.
set -eu
output=$1
shift
{
    echo '#include "page_files.hh"'
    echo 'namespace waymark::balancer {'
    while [ $# -gt 0 ]; do
        echo "static constexpr unsigned char ${1}_bytes[] = {"
        od -An -v -tx1 "$2" | sed 's/ \(..\)/0x\1,/g'
        echo '};'
        echo "std::string_view page_$1() {"
        echo "    return {reinterpret_cast<const char*>(${1}_bytes), sizeof ${1}_bytes};"
        echo '}'
        shift 2
    done
    echo '}'
} >"$output"
