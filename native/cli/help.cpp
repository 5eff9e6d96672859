#include <algorithm>

#include "command.hpp"
#include "qadataswap/qadataswap.h"
#include "text.hpp"

namespace qads::cli {
namespace {

std::string left_of(const Option& option) {
  std::string text = option.letter == '\0' ? "    " : std::string("-") + option.letter + ", ";
  text.append("--").append(option.name);
  if (option.argument != nullptr) text.append(" ").append(option.argument);
  return text;
}

void print_pairs(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t widest = 0;
  for (const auto& [left, right] : pairs) widest = std::max(widest, left.size());
  for (const auto& [left, right] : pairs)
    out << "  " << left << std::string(widest - left.size() + 2, ' ') << right << '\n';
}

constexpr const char* kExits =
    "Exit status: 0 done; 1 the answer is no (refused, problems found, a stream that broke off); 2 wrong usage; 3 not\n"
    "found; 4 permission; 5 damaged, foreign or of another version; 6 any other failure.\n";

}  // namespace

void print_overview(std::ostream& out) {
  out << "qads " << qads_version() << ": looks at QADataSwap segments, and cleans up after them.\n\n"
      << "usage: qads COMMAND [OPTION...] [NAME]\n\n";
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const Command* command : commands())
    pairs.emplace_back(std::string(command->name) + " " + command->operands, command->summary);
  print_pairs(out, pairs);
  out << "\nA segment is a file qads_NAME in the segment directory: --directory DIR, else the environment's QADS_DIR,\n"
         "else /dev/shm. `qads COMMAND --help` explains a command; `qads --version` tells the version.\n\n"
      << kExits;
}

void print_help(const Command& command, std::ostream& out) {
  out << "usage: qads " << command.name << " [OPTION...]" << (command.operands[0] == '\0' ? "" : " ")
      << command.operands << "\n\n"
      << command.details;
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const Option& option : options_of(command)) pairs.emplace_back(left_of(option), option.help);
  print_pairs(out, pairs);
  out << '\n' << kExits;
}

}  // namespace qads::cli
