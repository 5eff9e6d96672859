#include "commands.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace qads::cli {
namespace {

constexpr std::array kCommands{&kLs, &kStat, &kWatch, &kTail, &kRm, &kGc, &kDoctor, &kCompletion};

constexpr Option kCommon[] = {
    {'d', "directory", "DIR", "the segment directory (default: the environment's QADS_DIR, else /dev/shm)"},
    {'\0', "json", nullptr, "JSON instead of text: raw numbers, and keys that stay"},
    {'h', "help", nullptr, "this text"},
};

}  // namespace

std::span<const Command* const> commands() { return kCommands; }

std::span<const Option> common_options() { return kCommon; }

std::vector<Option> options_of(const Command& command) {
  std::vector<Option> all(command.options.begin(), command.options.end());
  all.insert(all.end(), std::begin(kCommon), std::end(kCommon));
  return all;
}

const Command* find_command(const std::string& name) {
  const auto* const found =
      std::find_if(kCommands.begin(), kCommands.end(), [&](const Command* command) { return name == command->name; });
  return found == kCommands.end() ? nullptr : *found;
}

}  // namespace qads::cli
