#include "commands.hpp"
#include "report.hpp"
#include "segments.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

Exit run_ls(const Arguments& arguments, std::ostream& out, std::ostream&) {
  const std::vector<Segment> segments = look_around(directory_of(arguments));
  if (arguments.has("json")) {
    out << json_line([&](Json& json) { list_json(json, shown_directory(arguments), segments, {}); });
  } else {
    out << list_text(shown_directory(arguments), segments, {});
  }
  return kOk;
}

}  // namespace

const Command kLs{
    "ls",
    "",
    0,
    0,
    false,
    "lists the segments of the directory",
    R"(Lists every segment file of the directory, also those that are damaged or belong to somebody else, and whatever else has
a segment's name (links, directories, pipes). They are told with their error and don't change the exit status.

  STATE    live: its writer lives (by its lock, whatever the pid). finished: the writer ended the stream.
           closed: it closed without finishing. died: it died. Otherwise what is wrong with the file.
  READERS  attached and alive
  BATCHES  published since the segment was created;  UNREAD: of them not yet read by anybody
  MEMORY   what the file takes now;  OF: what its data area may take

)",
    {},
    run_ls};

}  // namespace qads::cli
