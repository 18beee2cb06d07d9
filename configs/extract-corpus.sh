#!/usr/bin/env bash
# Extracts the text on which the bundled student `tiny` was trained: Jane Austen's six novels
# (Debian package r-cran-janeaustenr) and the King James Bible (bible-kjv-text), both in the public domain.
# The text stays out of the repository.
#
#   configs/extract-corpus.sh DIRECTORY
#
# writes DIRECTORY/train.jsonl and DIRECTORY/heldout.jsonl, one {"text": ...} object a line. A line is one document: a
# chapter, its paragraphs (or verses, with their numbers) joined by line feeds. Every 25th document is held out.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 DIRECTORY" >&2
    exit 64
fi
mkdir -p "$1"
directory=$(cd "$1" && pwd)
export LC_ALL=C.UTF-8

missing=()
for package in r-base-core r-cran-janeaustenr bible-kjv bible-kjv-text; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    echo "installing ${missing[*]}" >&2
    $sudo apt-get install --yes --no-install-recommends "${missing[@]}" >&2
fi

novels() {
    Rscript --vanilla -e '
        library(janeaustenr)
        for (name in c("sensesensibility", "prideprejudice", "mansfieldpark", "emma", "northangerabbey", "persuasion"))
            writeLines(get(name), useBytes = TRUE)'
}

# A chapter heading begins a document; blank lines end a paragraph, whose wrapped lines become one line.
novel_documents() {
    awk '
        function flushParagraph() {
            gsub(/[ \t]+/, " ", paragraph); sub(/^ /, "", paragraph); sub(/ $/, "", paragraph)
            if (paragraph != "") document = document (document == "" ? "" : "\\n") paragraph
            paragraph = ""
        }
        function flushDocument() {
            flushParagraph()
            if (length(document) > 400) print "{\"text\": \"" document "\"}"
            document = ""
        }
        { gsub(/\r/, ""); gsub(/\\/, "\\\\"); gsub(/"/, "\\\"") }
        /^[ \t]*(CHAPTER|Chapter) [0-9IVXL]+\.?[ \t]*$/ { flushDocument(); paragraph = $0; flushParagraph(); next }
        /^[ \t]*$/ { flushParagraph(); next }
        { paragraph = paragraph " " $0 }
        END { flushDocument() }'
}

# `bible -f` prints "Ge1:1 In the beginning ..."; the book and chapter change where the part before the colon does.
bible_documents() {
    bible -f 'Gen1:1-Rev22:21' | awk '
        function flushDocument() { if (document != "") print "{\"text\": \"" document "\"}"; document = "" }
        {
            gsub(/\\/, "\\\\"); gsub(/"/, "\\\"")
            chapter = $1; sub(/:.*/, "", chapter)
            if (chapter != previous) flushDocument()
            previous = chapter
            number = $1; sub(/^[0-9]?[A-Za-z]+/, "", number)
            sub(/^[^ ]+ /, "")
            document = document (document == "" ? "" : "\\n") number " " $0
        }
        END { flushDocument() }'
}

{ novels | novel_documents; bible_documents; } > "$directory/all.jsonl"
awk -v directory="$directory" '
    { print > (directory (NR % 25 == 0 ? "/heldout.jsonl" : "/train.jsonl")) }' "$directory/all.jsonl"
rm "$directory/all.jsonl"
wc -lc "$directory/train.jsonl" "$directory/heldout.jsonl"
