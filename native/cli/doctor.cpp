#include <algorithm>

#include "checkup.hpp"
#include "commands.hpp"
#include "segments.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

const char* word_of(Level level) { return level == Level::kOk ? "ok" : level == Level::kWarn ? "warn" : "fail"; }

bool has_failed(const Check& check) { return check.level == Level::kFail; }

bool lacks_space(const Check& check) { return check.name == "space" && check.level != Level::kOk; }

std::vector<Check> look(const std::string& directory) {
  std::vector<Check> checks;
  check_directory(directory, checks);
  const bool is_there = checks.front().level != Level::kFail;
  const bool sound = std::none_of(checks.begin(), checks.end(), has_failed);
  const bool is_full = std::any_of(checks.begin(), checks.end(), lacks_space);
  const std::string layout = sound ? check_hand_over(directory, checks) : "";
  if (is_there) check_segments(directory, is_full, checks);
  check_system(layout, checks);
  return checks;
}

std::string doctor_json(const std::string& directory, const std::vector<Check>& checks, std::int64_t problems) {
  return json_line([&](Json& json) {
    json.begin_object().field("directory", directory).field("problems", problems).key("checks").begin_array();
    for (const Check& check : checks)
      json.begin_object()
          .field("check", check.name)
          .field("status", word_of(check.level))
          .field("detail", check.detail)
          .field("remedy", check.remedy)
          .end_object();
    json.end_array().end_object();
  });
}

std::string doctor_text(const std::vector<Check>& checks, std::int64_t problems) {
  std::string text;
  for (const Check& check : checks) {
    constexpr std::size_t kNames = 15;
    std::string line = word_of(check.level);
    line.resize(6, ' ');
    line += check.name + std::string(kNames - std::min(kNames, check.name.size()), ' ') + check.detail;
    text += line + "\n";
    if (!check.remedy.empty()) text += "      " + std::string(kNames, ' ') + "-> " + check.remedy + "\n";
  }
  return text + (problems == 0 ? "no problems\n"
                               : number_text(static_cast<std::uint64_t>(problems), "problem\n", "problems\n"));
}

Exit run_doctor(const Arguments& arguments, std::ostream& out, std::ostream&) {
  const std::string directory = shown_directory(arguments);
  const std::vector<Check> checks = look(directory);
  const auto problems =
      std::count_if(checks.begin(), checks.end(), [](const Check& check) { return check.level != Level::kOk; });
  out << (arguments.has("json") ? doctor_json(directory, checks, problems) : doctor_text(checks, problems));
  return problems == 0 ? kOk : kNo;
}

}  // namespace

const Command kDoctor{
    "doctor",
    "",
    0,
    0,
    false,
    "checks directory, system and limits, and says what to do",
    R"(Checks what segments need, a line for each: the directory (what it is, whose, free space and files), a hand-over (a small
segment is made there, written, read and removed), left-overs and damaged files, library and layout, kernel,
processors, futex, memory that is left for segments, huge pages, limits of this process. A line that isn't ok is
followed by what helps. Where little space is left, the line of the left-overs tells who holds it: segments in use, left
over, unread, kept or damaged, other users' files, and all the rest, such as files that somebody holds open without a
name; and how much `qads gc` frees, with and without --unread.

Exit status: 0 if every line is ok, 1 if not.

)",
    {},
    run_doctor};

}  // namespace qads::cli
