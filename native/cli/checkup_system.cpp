#include <linux/futex.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fstream>

#include "checkup.hpp"
#include "failure.hpp"
#include "qadataswap/qadataswap.h"
#include "text.hpp"

namespace qads::cli {
namespace {

constexpr std::uint64_t kDefaultCapacity = std::uint64_t{256} << 20;

// The first line; empty where there is no such file.
std::string line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

void check_kernel(std::vector<Check>& out) {
  struct utsname name{};
  ::uname(&name);
  char* end = nullptr;
  const long major = std::strtol(name.release, &end, 10);
  const long minor = *end == '.' ? std::strtol(end + 1, nullptr, 10) : 0;
  const std::string detail = std::string(name.sysname) + " " + name.release + ", " + name.machine;
  if (major < 5 || (major == 5 && minor < 14)) {
    out.push_back({"kernel", Level::kWarn, detail + ": memory is reserved more slowly", "a kernel of 5.14 or later"});
  } else {
    out.push_back(good("kernel", detail));
  }
}

void check_processors(std::vector<Check>& out) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  const int count = ::sched_getaffinity(0, sizeof mask, &mask) == 0 ? CPU_COUNT(&mask) : 0;
  out.push_back(good("processors", count == 1 ? "1 usable: waits sleep at once instead of spinning"
                                              : std::to_string(count) + " usable"));
}

// A wait on a word that has another value must come back at once and say so.
void check_futex(std::vector<Check>& out) {
  std::uint32_t word = 1;
  const long result = ::syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0);
  if (result == -1 && errno == EAGAIN) {
    out.push_back(good("futex", "works"));
  } else {
    out.push_back({"futex", Level::kFail, "the system call futex is refused (errno " + std::to_string(errno) + ")",
                   "allow it in the sandbox or the seccomp profile"});
  }
}

// By the library's own reckoning, which is what refuses to reserve more.
void check_memory(std::vector<Check>& out) {
  std::uint64_t left = 0;
  std::array<char, 512> limit{};
  check(qads_memory_left(&left, limit.data(), limit.size()));
  if (left == UINT64_MAX) {
    out.push_back(good("memory limit", "none"));
    return;
  }
  const std::string detail = bytes_text(left) + " left for segments on tmpfs, by " + printable(limit.data());
  if (left < kDefaultCapacity) {
    out.push_back({"memory limit", Level::kWarn, detail,
                   "raise the container's limit, free some memory, or choose a smaller capacity"});
  } else {
    out.push_back(good("memory limit", detail));
  }
}

// "always within_size [never] deny": what is in brackets counts.
std::string chosen(const std::string& line) {
  const std::size_t begin = line.find('[');
  const std::size_t end = line.find(']');
  return begin == std::string::npos || end == std::string::npos ? "" : line.substr(begin + 1, end - begin - 1);
}

void check_huge_pages(std::vector<Check>& out) {
  const std::string choice = chosen(line_of("/sys/kernel/mm/transparent_hugepage/shmem_enabled"));
  std::string reserved = "none";
  std::ifstream meminfo("/proc/meminfo");
  for (std::string line; std::getline(meminfo, line);) {
    const std::string key = "HugePages_Total:";
    if (line.starts_with(key)) reserved = std::to_string(std::strtoull(line.c_str() + key.size(), nullptr, 10));
  }
  std::string detail = "tmpfs: " + (choice.empty() ? "the kernel has none" : choice) + "; hugetlbfs: " + reserved;
  if (choice == "never" || choice == "deny") detail += " (the option huge_pages has no effect on tmpfs)";
  out.push_back(good("huge pages", detail));
}

std::string limit_text(rlim_t value) { return value == RLIM_INFINITY ? "unlimited" : std::to_string(value); }

void check_limit(int resource, const char* name, const char* what, rlim_t least, const char* remedy,
                 std::vector<Check>& out) {
  struct rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return;
  const std::string detail = limit_text(limit.rlim_cur) + " " + what;
  if (limit.rlim_cur < least) {
    out.push_back({name, Level::kWarn, detail, remedy});
  } else {
    out.push_back(good(name, detail));
  }
}

}  // namespace

void check_system(const std::string& layout, std::vector<Check>& out) {
  constexpr rlim_t kFewFiles = 256;
  const std::string version = std::string("library ") + qads_version();
  out.push_back(good("version", layout.empty() ? version : version + ", layout " + layout));
  check_kernel(out);
  check_processors(out);
  check_futex(out);
  check_memory(out);
  check_huge_pages(out);
  check_limit(RLIMIT_NOFILE, "open files", "open files a process; a segment takes some three", kFewFiles,
              "ulimit -n 1024", out);
  check_limit(RLIMIT_FSIZE, "file size", "bytes a file", kDefaultCapacity * 2, "ulimit -f unlimited", out);
  check_limit(RLIMIT_AS, "address space", "bytes a process", kDefaultCapacity * 4, "ulimit -v unlimited", out);
  check_limit(RLIMIT_MEMLOCK, "locked memory", "bytes; segments lock none", 0, "", out);
}

}  // namespace qads::cli
