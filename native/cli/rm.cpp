#include "commands.hpp"
#include "segments.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

constexpr Option kOptions[] = {
    {'u', "unread", nullptr,
     "also if batches are unread, readers attached (they keep what they have), or it is damaged"},
};

std::optional<Failure> remove(const std::string& directory, const std::string& name, bool unread) {
  const std::uint32_t flags = unread ? std::uint32_t{QADS_REMOVE_UNREAD} : 0U;
  try {
    check(qads_remove(name.c_str(), directory.empty() ? nullptr : directory.c_str(), flags));
    return std::nullopt;
  } catch (const Failure& failure) {
    return failure;
  }
}

// Where it was refused for what may be unread, not because its writer lives, say.
bool goes_unread(const std::string& directory, const std::string& name) {
  try {
    const std::int32_t verdict = file_named(directory, name).verdict;
    return verdict == QADS_FOUND_UNREAD || verdict == QADS_FOUND_DAMAGED || verdict == QADS_FOUND_READERS ||
           verdict == QADS_FOUND_KEPT;
  } catch (const Failure&) {
    return false;  // gone, or closed to us, since
  }
}

std::string refusal_text(const Arguments& arguments, const std::string& name, const Failure& failure) {
  const std::string reason = printable(failure.what());
  const bool hint = !arguments.has("unread") && goes_unread(directory_of(arguments), name);
  return hint ? reason + " (--unread removes it)" : reason;
}

// All of them, whatever happens to one; the first failure decides the exit status.
Exit run_rm(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  Exit exit = kOk;
  std::string line;
  Json json(line);
  json.begin_array();
  for (const std::string& name : arguments.operands()) {
    const auto failure = remove(directory_of(arguments), name, arguments.has("unread"));
    json.begin_object().field("name", name).field("removed", !failure).key("error");
    if (failure) {
      json.string(failure->what());
      err << "qads rm: " << refusal_text(arguments, name, *failure) << '\n';
      if (exit == kOk) exit = failure->exit();
    } else {
      json.null();
      if (!arguments.has("json")) out << "removed " << name << '\n';
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
segment whose writer lives, always; one with unread batches or attached readers, without --unread. Nobody knows what is
unread in one that is damaged, a copy, or of another layout: without --unread it is refused too (exit status 5).

)",
    kOptions,
    run_rm};

}  // namespace qads::cli
