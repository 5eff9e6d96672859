#include "commands.hpp"
#include "interrupt.hpp"
#include "report.hpp"
#include "schema.hpp"

namespace qads::cli {
namespace {

constexpr std::int64_t kDefaultInterval = 1'000'000'000;

constexpr Option kOptions[] = {
    {'i', "interval", "SECONDS", "look twice, so long apart, and tell rates (default: 1; 0: look once, no rates)"},
};

Exit run_stat(const Arguments& arguments, std::ostream& out, std::ostream&) {
  const std::string directory = directory_of(arguments);
  const std::string& name = arguments.operands().front();
  const std::int64_t interval = arguments.seconds("interval", kDefaultInterval);
  const Arena arena = attach(directory, name);
  Segment segment = look_at(directory, name, arena.get());
  std::optional<Rates> rates;
  if (interval > 0) {
    const std::int64_t begin = monotonic_ns();
    pause(interval);
    Segment later = look_at(directory, name, arena.get());
    rates = rates_of(segment, later, monotonic_ns() - begin);
    segment = std::move(later);
  }
  const Schema schema(arena.get());
  const Details details{shown_directory(arguments), std::move(segment), std::move(rates), schema.get()};
  out << (arguments.has("json") ? json_line([&](Json& json) { details_json(json, details); }) : details_text(details));
  return kOk;
}

}  // namespace

const Command kStat{"stat",
                    "NAME",
                    1,
                    1,
                    true,
                    "tells all about one segment: writer, figures, rates, schema, readers",
                    R"(Tells all about one segment. Nothing is changed by looking: no reader joins.

  writer   alive or not is asked of the kernel, by its lock; a process id is what the process called itself,
           and means little in another container
  losses   stall: a write that had to wait for room, because readers lag or hold batches. A long wait with one
           reader far behind (LAG) tells who it is
  readers  POSITION: the next batch it reads; LAG: published and not yet read by it; HELD: batches it has not
           released, and since when the oldest of them was published; LOST: dropped before it read them;
           a dead one is cleaned up after by the writer when that next waits for room

)",
                    kOptions,
                    run_stat};

}  // namespace qads::cli
