#!/usr/bin/env bash
# Extracts text in the public domain out of Debian's packages: Jane Austen's six novels and the King James Bible, on which the
# bundled student `tiny` was trained. With `more` also War and Peace, Sherlock Holmes's adventures, Poe's works, Moby Dick,
# Tom Sawyer, Huckleberry Finn, Dorian Gray and Alice in Wonderland (configs/pretrain-prose.yaml). The text stays out of the
# repository.
#
#   configs/extract-corpus.sh DIRECTORY [more]
#
# writes DIRECTORY/train.jsonl and DIRECTORY/heldout.jsonl, one {"text": ...} object a line. A line is one document: a
# chapter (with `more`, at most some 20,000 characters of one), its paragraphs (or verses, with their numbers) joined by line
# feeds. Every 25th document is held out.
#
# Novels and Bible are installed where they are missing. The others are test data and examples of packages that are
# only downloaded and unpacked; three are in no binary package, so their sources are taken.
set -euo pipefail

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ "${2:-more}" != more ]; then
    echo "usage: $0 DIRECTORY [more]" >&2
    exit 64
fi
more=${2:-}
mkdir -p "$1"
directory=$(cd "$1" && pwd)
export LC_ALL=C.UTF-8

missing=()
for package in r-base-core r-cran-janeaustenr bible-kjv bible-kjv-text ${more:+dpkg-dev}; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    echo "installing ${missing[*]}" >&2
    $sudo apt-get install --yes --no-install-recommends "${missing[@]}" >&2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# apt downloads as a user of its own.
chmod 755 "$work"

# Unpacks binary packages, which are not installed.
binary_packages() {
    (cd "$work" && apt-get download --quiet=2 "$@" >&2)
    local file
    for file in "$work"/*.deb; do dpkg-deb --extract "$file" "$work"; done
}

# Downloads the upstream archives of source packages of Debian 13, with a package list of its own.
source_packages() {
    mkdir -p "$work/sources.d" "$work/lists/partial" "$work/sources"
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' | grep -v security | head -n 1)
    printf '%s\n' 'Types: deb-src' "URIs: $mirror" 'Suites: trixie' 'Components: main' \
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' > "$work/sources.d/debian.sources"
    local options=(
        -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources.d" -o "Dir::State::lists=$work/lists")
    apt-get "${options[@]}" update --quiet=2 >&2
    (cd "$work/sources" && apt-get "${options[@]}" source --quiet=2 --download-only --tar-only "$@" >&2)
    local file
    for file in "$work"/sources/*.orig.tar.*; do
        tar --extract --file "$file" --directory "$work" --wildcards '*.txt' 2>/dev/null || true
    done
}

austen() {
    Rscript --vanilla -e '
        library(janeaustenr)
        for (name in c("sensesensibility", "prideprejudice", "mansfieldpark", "emma", "northangerabbey", "persuasion"))
            writeLines(get(name), useBytes = TRUE)'
}

# book FILE [ENCODING [WORKS]]: a file in plain ASCII without what Project Gutenberg put around it; of a file of several works
# those whose first line has one of WORKS, a regular expression.
book() {
    local file
    file=$(find "$work" -path "*/$1" -print -quit)
    [ -n "$file" ] || { echo "$0: no package has $1" >&2; exit 1; }
    iconv --from-code "${2:-UTF-8}" --to-code ASCII//TRANSLIT "$file" | awk -v works="${3:-.}" '
        BEGIN { keep = 1; wanted = 1 }
        /^(The )?Project Gutenberg(.s)? E(text|Book) of/ { keep = 0; wanted = $0 ~ works; next }
        /START OF TH(E|IS) PROJECT GUTENBERG|^\*END\*/ { keep = 1; next }
        /^\**(END|End) (OF|of)/ && /P(ROJECT|roject) G/ { keep = 0; next }
        keep && wanted'
}

# A chapter's heading begins a document; blank lines end a paragraph, whose wrapped lines become one line. With `more` the paragraph
# after some 20,000 characters begins another document, italics have no marks, and paragraphs with few letters in them (tables,
# rules and the like) are left out.
novel_documents() {
    awk -v more="$more" '
        function flushParagraph() {
            gsub(/[ \t]+/, " ", paragraph); sub(/^ /, "", paragraph); sub(/ $/, "", paragraph)
            letters = paragraph
            gsub(/[^A-Za-z ]/, "", letters)
            if (more ? length(letters) > 0.7 * length(paragraph) && paragraph !~ /Gutenberg/ : paragraph != "") {
                document = document (document == "" ? "" : "\\n") paragraph
                if (more && length(document) > 20000) flushDocument()
            }
            paragraph = ""
        }
        function flushDocument() {
            if (length(document) > 400) print "{\"text\": \"" document "\"}"
            document = ""
        }
        { gsub(more ? "[\r_]" : "\r", ""); gsub(/\\/, "\\\\"); gsub(/"/, "\\\"") }
        /^[ \t]*(CHAPTER|Chapter|ADVENTURE) [0-9IVXLC]+(\.| *$)/ {
            flushParagraph(); flushDocument(); paragraph = $0; flushParagraph(); next
        }
        /^[ \t]*$/ { flushParagraph(); next }
        { paragraph = paragraph " " $0 }
        END { flushParagraph(); flushDocument() }'
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

if [ -n "$more" ]; then
    binary_packages liblingua-stem-perl golang-github-pierrec-lz4-dev golang-github-colinmarc-hdfs-dev
    source_packages golang-github-sajari-fuzzy guava-libraries maliit-keyboard
fi

more_documents() {
    book 'data/big.txt' UTF-8 'Sherlock Holmes|War and Peace' | novel_documents
    book examples/collected_works_poe.txt ISO-8859-1 | novel_documents
    book hdfs/testdata/mobydick.txt | novel_documents
    book testdata/Mark.Twain-Tom.Sawyer.txt | novel_documents
    book examples/huckfinn.txt | novel_documents
    book src/the_picture_of_dorian_gray.txt | novel_documents
    book testdata/alice_in_wonderland.txt | novel_documents
}

{
    austen | novel_documents
    bible_documents
    [ -z "$more" ] || more_documents
} > "$directory/all.jsonl"
awk -v directory="$directory" '
    { print > (directory (NR % 25 == 0 ? "/heldout.jsonl" : "/train.jsonl")) }' "$directory/all.jsonl"
rm "$directory/all.jsonl"
wc -lc "$directory/train.jsonl" "$directory/heldout.jsonl"
