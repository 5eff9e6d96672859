#include "commands.hpp"
#include "failure.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

std::string words_of_options(const Command& command) {
  std::string words;
  for (const Option& option : options_of(command)) words += (words.empty() ? "--" : " --") + std::string(option.name);
  return words;
}

// Names are those of the files: the shell finds them itself, also while the directory is being written to.
std::string script() {
  std::string names;
  std::string cases;
  for (const Command* command : commands()) {
    names += (names.empty() ? "" : " ") + std::string(command->name);
    cases += "    " + std::string(command->name) + ") options='" + words_of_options(*command) +
             "' takes_names=" + (command->takes_names ? "1" : "") + " ;;\n";
  }
  return R"(_qads() {
  local word=${COMP_WORDS[COMP_CWORD]} options= takes_names= names= file
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ')" +
         names + R"( help --help --version' -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
)" + cases +
         R"(    help) options=')" + names + R"(' ;;
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) && return ;;
  esac
  if [ "${COMP_WORDS[1]}" = help ]; then names=$options; fi
  if [ -n "$takes_names" ]; then
    for file in "${QADS_DIR:-/dev/shm}"/qads_[a-zA-Z0-9]*; do
      [ -f "$file" ] && names="$names ${file##*/qads_}"
    done
  fi
  COMPREPLY=($(compgen -W "$names" -- "$word"))
}
complete -F _qads qads
)";
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
    R"(Prints a script that completes commands, options, and names of segments. For bash, into ~/.bashrc:

  source <(qads completion bash)

and for zsh, into ~/.zshrc, the same with zsh for bash.

)",
    {},
    run_completion};

}  // namespace qads::cli
