#include "cli.hpp"

#include <exception>
#include <new>

#include "command.hpp"
#include "failure.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

Exit run_command(const Command& command, int argc, char** argv, std::ostream& out, std::ostream& err) {
  const Arguments arguments = parse(command, argc, argv);
  if (arguments.has("help")) {
    print_help(command, out);
    return kOk;
  }
  return command.run(arguments, out, err);
}

Exit dispatch(int argc, char** argv, std::ostream& out, std::ostream& err) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word == "--help" || word == "-h" || word == "help") {
    const Command* about = argc > 2 ? find_command(argv[2]) : nullptr;
    if (about != nullptr) {
      print_help(*about, out);
    } else {
      print_overview(out);
    }
    return kOk;
  }
  if (word == "--version") {
    out << "qads " << qads_version() << '\n';
    return kOk;
  }
  if (word.empty()) {
    print_overview(err);
    return kUsage;
  }
  const Command* command = find_command(word);
  if (command == nullptr) {
    err << "qads: there is no command '" << printable(word) << "'; `qads --help` lists them\n";
    return kUsage;
  }
  try {
    return run_command(*command, argc - 1, argv + 1, out, err);
  } catch (const Failure& failure) {
    err << "qads " << command->name << ": " << printable(failure.what());
    if (failure.exit() == kUsage) err << "; `qads " << command->name << " --help` explains";
    err << '\n';
    return failure.exit();
  }
}

}  // namespace

int run(int argc, char** argv, std::ostream& out, std::ostream& err) {
  try {
    const Exit exit = dispatch(argc, argv, out, err);
    out.flush();
    return out ? exit : kFailed;  // nobody reads what was printed, or the disk is full
  } catch (const std::bad_alloc&) {
    err << "qads: this process has no memory left\n";
  } catch (const std::exception& error) {
    err << "qads: " << printable(error.what()) << '\n';
  }
  return kFailed;
}

}  // namespace qads::cli
