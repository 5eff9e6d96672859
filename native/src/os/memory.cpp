#include "os/memory.hpp"

#include <sys/sysinfo.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace qads::os {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

// What stays for the processes' own memory. What is used is known roughly only, and who comes too close to the limit is
// killed by the next page that it, or anybody else there, touches.
std::uint64_t kept(std::uint64_t limit) {
  constexpr std::uint64_t kMost = 32 << 20;
  return std::min(limit / 16, kMost);
}

std::uint64_t less(std::uint64_t from, std::uint64_t bytes) { return from - std::min(from, bytes); }

// A controller's files, by version of the interface.
struct Controller {
  std::string mount;  // where its tree is mounted
  std::string group;  // this process's place in it
  const char* limit;
  const char* used;
  std::vector<std::string_view> droppable;  // lines of memory.stat: page cache, but not that of tmpfs
};

std::optional<std::uint64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;  // "max", or no such file
}

// Lines "name 123" or "name: 123 kB".
std::uint64_t sum_of(const std::string& path, const std::vector<std::string_view>& names) {
  std::ifstream file(path);
  std::uint64_t sum = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t number = 0;
    words >> name >> number;
    if (std::find(names.begin(), names.end(), name) != names.end()) sum += number;
  }
  return sum;
}

// Lines "4:memory:/place" of the first version, "0::/place" of the second. Either may be there, or both.
std::optional<Controller> controller(const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::optional<Controller> found;
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = text(",", line.substr(first + 1, second - first - 1), ",");
    const std::string group = line.substr(second + 1);
    if (names.find(",memory,") != std::string::npos)
      return Controller{root + "/sys/fs/cgroup/memory",
                        group,
                        "memory.limit_in_bytes",
                        "memory.usage_in_bytes",
                        {"total_active_file", "total_inactive_file"}};
    if (names == ",,")
      found = Controller{root + "/sys/fs/cgroup",
                         group,
                         "memory.max",
                         "memory.current",
                         {"active_file", "inactive_file", "slab_reclaimable"}};
  }
  return found;
}

std::uint64_t left_in(const Controller& of, const std::string& folder, std::uint64_t enough, const std::string& root) {
  const std::optional<std::uint64_t> limit = number_in(folder + "/" + of.limit);
  const std::optional<std::uint64_t> used = number_in(folder + "/" + of.used);
  if (!limit || !used) return kUnlimited;
  const std::uint64_t left = less(*limit, *used);
  const std::uint64_t for_files = less(left, kept(*limit));
  if (for_files >= enough) return for_files;
  const std::uint64_t droppable =
      sum_of(folder + "/memory.stat", of.droppable) + 1024 * sum_of(root + "/proc/meminfo", {"SwapFree:"});
  return less(left + droppable, kept(*limit));
}

// Every group up to the root of the mount, which in a container may be the only one that can be seen.
void narrow_by_groups(FreeMemory& least, std::uint64_t enough, const std::string& root) {
  const std::optional<Controller> memory = controller(root);
  if (!memory) return;
  std::string group = memory->group;
  for (;;) {
    while (group.ends_with('/')) group.pop_back();
    const std::string folder = memory->mount + group;
    const std::uint64_t left = left_in(*memory, folder, enough, root);
    if (left < least.bytes)
      least = {left, text(memory->limit, " of ", folder), "raise the memory limit (docker run --memory=...)"};
    if (group.empty()) return;
    group.resize(group.rfind('/'));
  }
}

// One system call where there is plenty.
bool has_unused(std::uint64_t enough) {
  struct sysinfo now{};
  if (::sysinfo(&now) != 0) return false;
  return less(std::uint64_t{now.freeram} * now.mem_unit, kept(std::uint64_t{now.totalram} * now.mem_unit)) >= enough;
}

}  // namespace

FreeMemory free_memory(std::uint64_t enough, const std::string& root) {
  FreeMemory least{kUnlimited, "", ""};
  narrow_by_groups(least, enough, root);
  if (has_unused(enough)) return least;
  const std::uint64_t available = 1024 * sum_of(root + "/proc/meminfo", {"MemAvailable:", "SwapFree:"});
  const std::uint64_t for_files = less(available, kept(1024 * sum_of(root + "/proc/meminfo", {"MemTotal:"})));
  if (available != 0 && for_files < least.bytes)
    least = {for_files, text("MemAvailable and SwapFree of ", root, "/proc/meminfo"), "free some memory"};
  return least;
}

}  // namespace qads::os
