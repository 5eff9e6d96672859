// What `qads doctor` looks at, a file a subject. Each check says what it found, whether that is a problem, and what helps.
#pragma once

#include <string>
#include <vector>

namespace qads::cli {

enum class Level { kOk, kWarn, kFail };

struct Check {
  std::string name;
  Level level;
  std::string detail;
  std::string remedy;  // empty where nothing is wrong
};

inline Check good(std::string name, std::string detail) { return {std::move(name), Level::kOk, std::move(detail), ""}; }

// The directory: what it is, whose, how much room there is.
void check_directory(const std::string& directory, std::vector<Check>& out);
// A segment is made, written, read and removed there. Returns the version of its layout; empty where that failed.
std::string check_hand_over(const std::string& directory, std::vector<Check>& out);
// Left-overs, damaged files, other versions. Where the file system is full: who holds it, and what frees how much.
void check_segments(const std::string& directory, bool is_full, std::vector<Check>& out);
// Library (of this layout, if known), kernel, processors, memory, huge pages, limits of this process.
void check_system(const std::string& layout, std::vector<Check>& out);

}  // namespace qads::cli
