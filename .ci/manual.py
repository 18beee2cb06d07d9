#!/usr/bin/env python3
"""Writes the manual page: tracr-inject --experimental-dump-help | manual.py > tracr-inject.1"""
import json
import sys


def text(string):
    """Words as roff takes them: backslashes and dots that begin a line are not commands."""
    lines = (string or "").replace("\\", "\\e").replace("-", "\\-").split("\n")
    return "\n".join("\\&" + line if line[:1] in ".'" else line for line in lines)


def spelling(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def synopsis(argument):
    if argument["kind"] == "positional":
        shown = f"<{argument['valueName']}>"
    else:
        shown = spelling(argument["preferredName"])
        if argument["kind"] == "option":
            shown += f" <{argument['valueName']}>"
    shown += " ..." if argument["isRepeating"] else ""
    return f"[{shown}]" if argument["isOptional"] else shown


def arguments(command):
    return [argument for argument in command.get("arguments", []) if argument.get("shouldDisplay", True)]


def described(argument):
    names = ", ".join(spelling(name) for name in argument.get("names") or []) or f"<{argument['valueName']}>"
    if argument["kind"] == "option":
        names += f" <{argument['valueName']}>"
    default = argument.get("defaultValue")
    about = argument.get("abstract") or ""
    if argument.get("discussion"):
        about += "\n" + argument["discussion"]
    return f".TP\n.B {text(names)}\n{text(about)}" + (f" (default: {text(default)})" if default else "")


def discussion(string):
    """Paragraphs, and between them what is laid out in lines."""
    for paragraph in (string or "").split("\n\n"):
        if any(line.startswith("  ") for line in paragraph.split("\n")):
            print(f".PP\n.nf\n{text(paragraph)}\n.fi")
        elif paragraph:
            print(f".PP\n{text(paragraph)}")


def section(command, path):
    full = " ".join(path + [command["commandName"]])
    shown = [argument for argument in arguments(command) if argument["valueName"] not in ("help", "version")]
    print(f".SS {text(full)}\n{text(command.get('abstract'))}\n.PP")
    print(f".B {text(full)}\n{text(' '.join(synopsis(argument) for argument in shown))}")
    discussion(command.get("discussion"))
    for argument in shown:
        print(described(argument))
    for child in command.get("subcommands", []):
        if child["commandName"] != "help" and child.get("shouldDisplay", True):
            section(child, path + [command["commandName"]])


root = json.load(sys.stdin)["command"]
name = root["commandName"]
print(f'.TH {name.upper()} 1 "" "" "{name}"')
print(f".SH NAME\n{text(name)} \\- {text(root.get('abstract', '').rstrip('.'))}")
print(f".SH SYNOPSIS\n.B {text(name)}\n<command> [<options>]")
print(".SH DESCRIPTION")
discussion(root.get("discussion"))
print(".SH COMMANDS")
for child in root.get("subcommands", []):
    if child["commandName"] != "help" and child.get("shouldDisplay", True):
        section(child, [name])
