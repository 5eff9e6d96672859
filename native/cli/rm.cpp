#include "commands.hpp"
#include "segments.hpp"

namespace qads::cli {
namespace {

constexpr Option kOptions[] = {
    {'u', "unread", nullptr, "also if batches are unread, or readers attached (they keep what they have)"},
};

void remove(const std::string& directory, const std::string& name, bool unread) {
  const std::uint32_t flags = unread ? std::uint32_t{QADS_REMOVE_UNREAD} : 0U;
  check(qads_remove(name.c_str(), directory.empty() ? nullptr : directory.c_str(), flags));
}

// All of them, whatever happens to one; the first failure decides the exit status.
Exit run_rm(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  Exit exit = kOk;
  std::string line;
  Json json(line);
  json.begin_array();
  for (const std::string& name : arguments.operands()) {
    json.begin_object().field("name", name);
    try {
      remove(directory_of(arguments), name, arguments.has("unread"));
      json.field("removed", true).key("error").null();
      if (!arguments.has("json")) out << "removed " << name << '\n';
    } catch (const Failure& failure) {
      json.field("removed", false).field("error", failure.what());
      err << "qads rm: " << failure.what() << '\n';
      if (exit == kOk) exit = failure.exit();
    }
    json.end_object();
  }
  json.end_array();
  if (arguments.has("json")) out << line << '\n';
  return exit;
}

}  // namespace

const Command kRm{
    "rm",
    "NAME...",
    1,
    1 << 20,
    true,
    "removes segments by name",
    R"(Removes the names of segments. Processes that have one open keep it until they let go. Refused (exit status 1): a
segment whose writer lives, always; one with unread batches or attached readers, without --unread.

)",
    kOptions,
    run_rm};

}  // namespace qads::cli
