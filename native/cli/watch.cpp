#include <unistd.h>

#include "commands.hpp"
#include "interrupt.hpp"
#include "report.hpp"
#include "schema.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

constexpr std::int64_t kDefaultInterval = 1'000'000'000;
constexpr double kLeastInterval =
    0.01;  // seconds; without a pause it would take a processor and fill whatever it writes to

constexpr Option kOptions[] = {
    {'i', "interval", "SECONDS", "time between two looks (default: 1; least: 0.01)"},
    {'c', "count", "N", "look N times, then end"},
};

struct Moment {
  std::int64_t at_ns = 0;
  std::vector<Segment> segments;
};

// Of each segment of the later look; those that weren't there before have none.
AllRates rates_between(const Moment& before, const Moment& after) {
  AllRates rates;
  for (const Segment& segment : after.segments) {
    rates.emplace_back();
    for (const Segment& old : before.segments)
      if (old.file.file == segment.file.file) rates.back() = rates_of(old, segment, after.at_ns - before.at_ns);
  }
  return rates;
}

class Watch {
 public:
  explicit Watch(const Arguments& arguments)
      : arguments_(arguments), directory_(directory_of(arguments)), shown_(shown_directory(arguments)) {}

  // What there is to say now; rates are since the last time.
  std::string look() {
    return arguments_.operands().empty() ? look_at_all() : look_at_one(arguments_.operands().front());
  }

 private:
  std::string look_at_all() {
    Moment now{monotonic_ns(), look_around(directory_)};
    const AllRates rates = rates_between(last_, now);
    last_ = std::move(now);
    const std::vector<Segment>& segments = last_.segments;
    if (!arguments_.has("json")) return list_text(shown_, segments, rates);
    return json_line([&](Json& json) { list_json(json, shown_, segments, rates); });
  }

  // By its name each time: that may be taken over.
  std::string look_at_one(const std::string& name) {
    const Look look = look_at(directory_, name);
    Moment now{monotonic_ns(), {look.segment}};
    const AllRates rates = rates_between(last_, now);
    last_ = std::move(now);
    const Schema schema(look.arena.get());
    const Details details{shown_, look.segment, rates.front(), schema.get()};
    return arguments_.has("json") ? json_line([&](Json& json) { details_json(json, details); }) : details_text(details);
  }

  const Arguments& arguments_;
  std::string directory_;
  std::string shown_;
  Moment last_;
};

Exit run_watch(const Arguments& arguments, std::ostream& out, std::ostream&) {
  const std::int64_t interval = arguments.seconds("interval", kDefaultInterval, kLeastInterval);
  const std::int64_t count = arguments.number("count", INT64_MAX, 1, INT64_MAX);
  const bool json = arguments.has("json");
  const bool screen = !json && ::isatty(STDOUT_FILENO) == 1;
  const Interruptible until_told;
  Watch watch(arguments);
  for (std::int64_t looked = 0; looked < count && !interrupted(); ++looked) {
    if (looked > 0) pause(interval);
    if (interrupted()) break;
    const std::string text = watch.look();
    if (screen) out << "\x1b[H\x1b[2J" << "qads watch, every " << duration_text(interval) << "; Ctrl-C ends it\n\n";
    if (!screen && !json && looked > 0) out << '\n';
    out << text << std::flush;
  }
  return kOk;
}

}  // namespace

const Command kWatch{
    "watch",
    "[NAME]",
    0,
    1,
    true,
    "shows ls, or stat of one segment, again and again, with rates",
    R"(Shows what ls shows, or with a NAME what stat shows, again and again until Ctrl-C (exit status 0), with what was
written a second since the look before. With a NAME it ends with exit status 3 when nothing has the name any more,
because its stream was read to the end, say. A terminal is cleared each time; into a file or a pipe the tables follow
one another. With --json each look is one line.

)",
    kOptions,
    run_watch};

}  // namespace qads::cli
