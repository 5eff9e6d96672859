#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "segment/segment.hpp"

namespace qads::segment {
namespace {

constexpr std::size_t kMaxName = 200;

// Not std::isalnum: what a name may be must not depend on the locale.
bool is_letter_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// For messages: a name that was refused may hold anything, control characters of the terminal included.
std::string printable(const std::string& name) {
  std::string shown;
  for (const char c : name.substr(0, 60)) shown += (c >= ' ' && c <= '~') ? c : '?';
  if (name.size() > 60) shown += "...";
  return shown;
}

}  // namespace

void check_name(const std::string& name) {
  const auto refuse = [&](const std::string& why) {
    throw Error(Code::kInvalid, text("'", printable(name), "' can't be a segment's name: ", why, "; names are 1 to ",
                                     kMaxName, " letters, digits, '.', '_' and '-', and begin with a letter or digit"));
  };
  if (name.empty()) refuse("it is empty");
  if (name.size() > kMaxName) refuse(text("it has ", name.size(), " bytes"));
  if (!is_letter_or_digit(name.front())) refuse("it doesn't begin with a letter or digit");
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_letter_or_digit(c) && c != '.' && c != '_' && c != '-') refuse(text("byte ", i, " is none of these"));
  }
}

std::string resolve_directory(const std::string& directory) {
  std::string chosen = directory;
  if (chosen.empty()) {
    const char* from_environment = std::getenv("QADS_DIR");
    chosen = from_environment != nullptr && *from_environment != '\0' ? from_environment : "/dev/shm";
  }
  if (chosen.find('\0') != std::string::npos)
    throw Error(Code::kInvalid, "the segment directory's name has a NUL byte in it");
  if (chosen.front() != '/') {
    // A later chdir must not move the segment.
    std::error_code failed;
    const auto absolute = std::filesystem::absolute(chosen, failed);
    if (failed)
      throw Error(Code::kInvalid, text("the segment directory ", chosen, " is relative, and the current directory ",
                                       "can't be found (", failed.message(), "); give an absolute one"));
    chosen = absolute.string();
  }
  while (chosen.size() > 1 && chosen.back() == '/') chosen.pop_back();
  return chosen;
}

std::string file_path(const std::string& directory, const std::string& name) {
  return text(directory, directory == "/" ? "" : "/", "qads_", name);
}

}  // namespace qads::segment
