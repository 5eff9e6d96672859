#include "cli.hpp"

#include <unistd.h>

#include <exception>
#include <new>

#include "command.hpp"
#include "failure.hpp"
#include "interrupt.hpp"
#include "output.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

const Command& command_of(const std::string& word) {
  const Command* command = find_command(word);
  if (command == nullptr) throw Failure(kUsage, "there is no command '" + printable(word) + "'");
  return *command;
}

void refuse_words(int argc, char** argv, int most) {
  if (argc > most) throw Failure(kUsage, "too many words: " + printable(argv[most]));
}

Exit run_command(const Command& command, int argc, char** argv, std::ostream& out, std::ostream& err) {
  const Arguments arguments = parse(command, argc, argv);
  if (arguments.has("help")) {
    print_help(command, out);
    return kOk;
  }
  return command.run(arguments, out, err);
}

void print_version(std::ostream& out) { out << "qads " << qads_version() << '\n'; }

// `who` becomes what messages begin with.
Exit dispatch(int argc, char** argv, std::ostream& out, std::ostream& err, std::string& who) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word.empty()) {
    print_overview(err);
    return kUsage;
  }
  const bool help = word == "--help" || word == "-h" || word == "help";
  if (!help && word != "--version") {
    const Command& command = command_of(word);
    who += std::string(" ") + command.name;
    return run_command(command, argc - 1, argv + 1, out, err);
  }
  refuse_words(argc, argv, help ? 3 : 2);
  if (!help) {
    print_version(out);
  } else if (argc > 2) {
    print_help(command_of(argv[2]), out);
  } else {
    print_overview(out);
  }
  return kOk;
}

}  // namespace

int run(int argc, char** argv, std::ostream& out, std::ostream& err) {
  std::string who = "qads";
  try {
    const Output output(out, STDOUT_FILENO);
    const Exit exit = dispatch(argc, argv, out, err, who);
    out.flush();
    return exit;
  } catch (const Interrupted&) {
    return kOk;
  } catch (const Failure& failure) {
    err << who << ": " << printable(failure.what());
    if (failure.exit() == kUsage) err << "; `" << who << " --help` explains";
    err << '\n';
    return failure.exit();
  } catch (const std::bad_alloc&) {
    err << who << ": this process has no memory left\n";
  } catch (const std::exception& error) {
    err << who << ": " << printable(error.what()) << '\n';
  }
  return kFailed;
}

}  // namespace qads::cli
