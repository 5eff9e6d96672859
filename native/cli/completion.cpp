#include "commands.hpp"
#include "failure.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

constexpr const char* kShells = "bash zsh";

std::string words_of_options(const Command& command) {
  std::string words;
  for (const Option& option : options_of(command)) words += (words.empty() ? "--" : " --") + std::string(option.name);
  return words;
}

// A case a command: its options, what its operands may be, whether they are names.
std::string cases() {
  std::string text;
  for (const Command* command : commands())
    text += "    " + std::string(command->name) + ") options='" + words_of_options(*command) + "' offered='" +
            (command == &kCompletion ? kShells : "") + "' takes_names=" + (command->takes_names ? "1" : "") + " ;;\n";
  return text;
}

std::string command_words() {
  std::string words;
  for (const Command* command : commands()) words += (words.empty() ? "" : " ") + std::string(command->name);
  return words;
}

// Names are those of the files: the shell finds them itself, also while the directory is being written to. Only those that
// a segment can have: compgen expands its words, so that whoever may make a file could otherwise run commands here.
constexpr const char* kNames = R"sh(_qads_directory() {
  local at=2 directory=${QADS_DIR:-/dev/shm}
  while [ "$at" -lt "$COMP_CWORD" ]; do
    case ${COMP_WORDS[at]} in
      -d | --directory)
        at=$((at + 1))
        if [ "${COMP_WORDS[at]}" = = ]; then at=$((at + 1)); fi
        directory=${COMP_WORDS[at]}
        ;;
      -d*) directory=${COMP_WORDS[at]#-d} ;;
    esac
    at=$((at + 1))
  done
  case $directory in
    "~" | "~/"*) directory=$HOME${directory#"~"} ;;
  esac
  printf '%s' "$directory"
}

_qads_names() {
  local file name LC_ALL=C
  for file in "$(_qads_directory)"/qads_[a-zA-Z0-9]*; do
    name=${file##*/qads_}
    case $name in
      *[!A-Za-z0-9._-]*) continue ;;
    esac
    if [ -f "$file" ] && [ ! -L "$file" ]; then printf ' %s' "$name"; fi
  done
}

_qads_folders() {
  local folder
  compopt -o filenames 2> /dev/null
  while IFS= read -r folder; do COMPREPLY+=("$folder"); done < <(compgen -d -- "$1")
}

_qads_is_directory() {
  local before=${COMP_WORDS[COMP_CWORD-1]}
  if [ "$before" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
  [ "$before" = --directory ] || [ "$before" = -d ]
}
)sh";

std::string script() {
  return kNames + std::string(R"sh(
_qads() {
  local word=${COMP_WORDS[COMP_CWORD]} options= offered= takes_names=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ')sh") +
         command_words() + R"sh( help --help --version' -- "$word"))
    return
  fi
  if [ "$word" = = ]; then word=; fi
  if _qads_is_directory; then
    _qads_folders "$word"
    return
  fi
  case ${COMP_WORDS[1]} in
)sh" + cases() +
         R"sh(    help) offered=')sh" + command_words() + R"sh(' ;;
  esac
  case $word in
    -*) offered=$options ;;
    *) if [ -n "$takes_names" ]; then offered="$offered$(_qads_names)"; fi ;;
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$word"))
}
complete -F _qads qads
)sh";
}

Exit run_completion(const Arguments& arguments, std::ostream& out, std::ostream&) {
  const std::string& shell = arguments.operands().front();
  if (shell == "zsh") {
    out << "autoload -U +X compinit bashcompinit && compinit && bashcompinit\n" << script();
  } else if (shell == "bash") {
    out << script();
  } else {
    throw Failure(kUsage, "'" + printable(shell) + "' is neither bash nor zsh");
  }
  return kOk;
}

}  // namespace

const Command kCompletion{
    "completion",
    "SHELL",
    1,
    1,
    false,
    "prints what completes commands, options and names in bash or zsh",
    R"(Prints a script that completes commands, options, directories, and names of segments (in the directory behind -d or
--directory, else in the default one). For bash, into ~/.bashrc:

  source <(qads completion bash)

and for zsh, into ~/.zshrc, the same with zsh for bash.

)",
    {},
    run_completion};

}  // namespace qads::cli
