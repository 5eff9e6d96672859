// What a command is: its options and texts, from which parsing and --help come.
#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qads::cli {

// Stable, and the same for every command.
enum Exit {
  kOk = 0,
  kNo = 1,  // the answer is no: doctor found problems, rm or tail was refused, a stream broke off
  kUsage = 2,
  kNotFound = 3,
  kPermission = 4,
  kDamaged = 5,  // corrupt, foreign, or of another layout
  kFailed = 6,   // a system call, memory, the output
};

struct Option {
  char letter;           // '\0': none
  const char* name;      // "count", for --count
  const char* argument;  // "N"; null: takes none
  const char* help;
};

class Arguments {
 public:
  bool has(const char* option) const;
  // Of the last time that it was given; `otherwise` if it wasn't.
  std::string value(const char* option, const std::string& otherwise) const;
  // The same as a number; throws Failure(kUsage) for what isn't one, or isn't within the limits.
  std::int64_t number(const char* option, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;
  // Seconds, with or without a fraction and no fewer than `least`, as nanoseconds.
  std::int64_t seconds(const char* option, std::int64_t otherwise_ns, double least = 0) const;
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  friend class Parser;
  std::vector<std::pair<std::string, std::string>> given_;  // option, value
  std::vector<std::string> operands_;
};

struct Command {
  const char* name;
  const char* operands;  // as in the usage line: "NAME", "[NAME...]", ""
  int least_operands;
  int most_operands;
  bool takes_names;  // its operands are names of segments
  const char* summary;
  const char* details;
  std::span<const Option> options;  // besides the common ones
  Exit (*run)(const Arguments& arguments, std::ostream& out, std::ostream& err);
};

// In the order in which --help tells them.
std::span<const Command* const> commands();
// --directory, --json, --help: every command has them.
std::span<const Option> common_options();
// The command's own options and the common ones.
std::vector<Option> options_of(const Command& command);
const Command* find_command(const std::string& name);

// getopt_long over the words behind the command's name. Throws Failure(kUsage).
Arguments parse(const Command& command, int argc, char** argv);

void print_overview(std::ostream& out);
void print_help(const Command& command, std::ostream& out);

}  // namespace qads::cli
