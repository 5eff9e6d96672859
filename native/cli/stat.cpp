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

// False: interrupted.
bool wait(std::int64_t interval) {
  const Interruptible until_told;
  pause(interval);
  return !interrupted();
}

Look look_again(const std::string& directory, const std::string& name) {
  try {
    return look_at(directory, name);
  } catch (const Failure& failure) {
    if (failure.exit() != kNotFound) throw;
    throw Failure(kNotFound, "segment '" + name + "' is gone: its name was removed between the two looks");
  }
}

Exit run_stat(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  const std::string directory = directory_of(arguments);
  const std::string& name = arguments.operands().front();
  const std::int64_t interval = arguments.seconds("interval", kDefaultInterval);
  Look look = look_at(directory, name);
  std::optional<Rates> rates;
  if (interval > 0) {
    const std::int64_t begin = monotonic_ns();
    if (!wait(interval)) throw Failure(kNo, "interrupted before its second look");
    Look later = look_again(directory, name);
    rates = rates_of(look.segment, later.segment, monotonic_ns() - begin);
    if (!is_same(look.segment.info, later.segment.info))
      err << "qads stat: a new writer took '" << name << "' over between the two looks: no rates\n";
    look = std::move(later);
  }
  const Schema schema(look.arena.get());
  const Details details{shown_directory(arguments), std::move(look.segment), std::move(rates), schema.get()};
  out << (arguments.has("json") ? json_line([&](Json& json) { details_json(json, details); }) : details_text(details));
  return kOk;
}

}  // namespace

const Command kStat{
    "stat",
    "NAME",
    1,
    1,
    true,
    "tells all about one segment: writer, figures, rates, schema, readers",
    R"(Tells all about one segment. Nothing is changed by looking: no reader joins. Where a new writer takes the name over
between the two looks, it is the new segment that is told of, without rates; where the name goes, the exit status is 3.
Ctrl-C between them ends it with exit status 1.

  writer   alive or not is asked of the kernel, by its lock; a process id is what the process called itself,
           and means little in another container. Once it has died, its segment goes away when its readers have
           read everything; what came of it, the readers' logs tell
  losses   stall: a write that had to wait for room, because readers lag or hold batches: one reader far
           behind (LAG), or holding most slots (HELD)
  readers  POSITION: the next batch it reads; LAG: published and not yet read by it, also those that are dropped
           already; HELD: batches it has not released, and since when the oldest of them was published; LOST: dropped
           before it read them, counted once it goes on; RATE: read a second, without the lost ones;
           a dead one is cleaned up after by the writer when that next waits for room

)",
    kOptions,
    run_stat};

}  // namespace qads::cli
