// Stage, warm-up, two snapshots, and the difference between them.
#include "load/measure.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <stdexcept>

#include "load/cluster.hpp"
#include "load/contestant.hpp"

namespace parley::load {
namespace {

constexpr std::chrono::seconds hear_patience{60};

/// Everything that counts upwards, at one moment.
struct snapshot {
    std::int64_t at = 0;
    double server_cpu = 0;
    double database_cpu = 0;
    double own_cpu = 0;
    std::uint64_t messages = 0;
    std::uint64_t deliveries = 0;
    metrics counted;
};

class stage {
public:
    stage(const scene& of, const stage_options& with)
        : database_(with.database == "postgresql" ? std::make_unique<cluster>(folder_.path() / "postgresql")
                                                  : nullptr) {
        const auto folder = folder_.path() / "server";
        std::filesystem::create_directories(folder / "data");
        server_ = start_contestant(
            with.contestant,
            {.programs = with.programs,
             .folder = folder,
             .database_url = database_ ? database_->url() : "sqlite:" + (folder / "data/parley.db").string(),
             .more = with.more + (of.reloads > 0 ? with_the_pair(with.isolation) : ""),
             .threads = with.threads,
             .people = of.people,
             .rooms = of.rooms,
             .members_each = of.members_each});
    }

    [[nodiscard]] snapshot look(crowd& all) const {
        snapshot now{.counted = server_->counted()};
        now.at = now_ns();
        now.server_cpu = server_cpu();
        now.own_cpu = cpu_seconds(::getpid(), family::one_process);
        if (database_) now.database_cpu = cpu_seconds(database_->pid(), family::with_children);
        now.messages = all.seen().answers;
        now.deliveries = all.seen().deliveries;
        return now;
    }
    [[nodiscard]] double server_cpu() const { return cpu_seconds(server_->pid(), family::one_process); }
    [[nodiscard]] std::uint64_t server_memory() const { return resident_bytes(server_->pid()); }
    [[nodiscard]] contestant& server() { return *server_; }

private:
    scratch_folder folder_;
    std::unique_ptr<cluster> database_;
    std::unique_ptr<contestant> server_;
};

/// 0 for who counts nothing at all.
double grown(const snapshot& from, const snapshot& to, std::string_view name) {
    if (to.counted.empty()) return 0;
    const auto now = to.counted.find(name);
    const auto then = from.counted.find(name);
    if (now == to.counted.end() || then == from.counted.end())
        throw std::runtime_error(fmt::format("there is no metric {}", name));
    return now->second - then->second;
}

void take_difference(const snapshot& from, const snapshot& to, measurement& into) {
    into.seconds = static_cast<double>(to.at - from.at) * 1e-9;
    into.messages = to.messages - from.messages;
    into.deliveries = to.deliveries - from.deliveries;
    into.server_cpu = to.server_cpu - from.server_cpu;
    into.database_cpu = to.database_cpu - from.database_cpu;
    into.own_cpu = to.own_cpu - from.own_cpu;
    into.writes = grown(from, to, "parley_websocket_write_calls_total");
    into.wire_bytes = grown(from, to, "parley_websocket_bytes_written_total");
    into.commits = grown(from, to, "parley_commits_total");
    into.committed_jobs = grown(from, to, "parley_committed_jobs_total");
}

void open_all(stage& here, crowd& all, measurement& into) {
    const auto began = now_ns();
    const auto cpu = here.server_cpu();
    into.resident_before = here.server_memory();
    all.open();
    into.opening_seconds = static_cast<double>(now_ns() - began) * 1e-9;
    into.opening_cpu = here.server_cpu() - cpu;
    into.opening_frames = all.seen().other_events;
    into.resident_open = here.server_memory();
}

/// perf or the like, for as long as it wants to; we are measured with it running, so figures of such a run are worse.
std::unique_ptr<child_process> run_alongside(const stage_options& with, pid_t server, double seconds) {
    if (with.alongside.empty()) return nullptr;
    const auto environment = fmt::format("PID={} SECONDS_MEASURED={:.0f}; ", server, seconds);
    return std::make_unique<child_process>(std::vector<std::string>{"sh", "-c", environment + with.alongside},
                                           "/dev/stderr");
}

void talk(const scene& of, const stage_options& with, stage& here, crowd& all, measurement& into) {
    auto how = of.how;
    if (with.window > 0) how.window = with.window;
    all.talk(how, std::chrono::duration<double>(with.warm_up_seconds));
    const auto beside = run_alongside(with, here.server().pid(), of.seconds);
    const auto before = here.look(all);
    all.seen().sampling = true;
    all.talk(how, std::chrono::duration<double>(of.seconds));
    all.seen().sampling = false;
    take_difference(before, here.look(all), into);
    into.resident_end = here.server_memory();
    into.complete = all.hear_everything(hear_patience) && all.seen().problems == 0;
    if (!all.seen().first_problem.empty()) fmt::print(stderr, "refused: {}\n", all.seen().first_problem);
    if (beside) beside->wait();
}

void talk_through_reloads(const scene& of, stage& here, crowd& all, measurement& into) {
    const auto before = here.look(all);
    all.seen().sampling = true;
    into.reloads = talk_through_reloads(of.reloads, std::string(tenant), of.how, *here.server().parley(), all);
    all.seen().sampling = false;
    const auto after = here.look(all);
    take_difference(before, after, into);
    into.resident_end = here.server_memory();
    into.calls = grown(before, after, "parley_plugin_calls_total");
    // Nobody was disconnected, not even to come back; and the pair was asked, so that it would have noticed.
    const bool stayed = grown(before, after, "parley_websockets_opened_total") == 0 &&
                        after.counted.at("parley_websockets_open") == static_cast<double>(of.people);
    into.complete = all.hear_everything(hear_patience) && all.seen().problems == 0 && stayed && into.calls > 0;
    if (!all.seen().first_problem.empty()) fmt::print(stderr, "refused: {}\n", all.seen().first_problem);
}

}  // namespace

measurement play(const scene& of, const stage_options& with) {
    measurement made{.of = &of, .database = with.database};
    stage here(of, with);
    crowd all(here.server().port(), here.server().people(), here.server().speaks());
    made.connections = of.people;
    open_all(here, all, made);
    made.complete = true;
    if (of.reloads > 0)
        talk_through_reloads(of, here, all, made);
    else if (of.seconds > 0)
        talk(of, with, here, all, made);
    auto& seen = all.seen();
    made.delivery_p50_ms = percentile_ms(seen.delivery_us, 0.5);
    made.delivery_p99_ms = percentile_ms(seen.delivery_us, 0.99);
    made.answer_p50_ms = percentile_ms(seen.answer_us, 0.5);
    made.answer_p99_ms = percentile_ms(seen.answer_us, 0.99);
    here.server().stop();
    return made;
}

double percentile_ms(std::vector<std::uint32_t>& of, double part) {
    if (of.empty()) return 0;
    const auto at = of.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(of.size() - 1) * part);
    std::ranges::nth_element(of, at);
    return *at / 1000.0;
}

void print_header(std::ostream& to) {
    constexpr auto row = "{:28} {:10} {:>9} {:>11} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8} {:>15} {:>15} {:>7} {:>8}\n";
    fmt::print(to, row, "scene", "database", "messages", "deliveries", "CPU s per", "database", "CPU us", "writes",
               "bytes", "messages", "delivery", "answer", "RSS", "KiB per");
    fmt::print(to, row, "", "", "per s", "per s", "million", "CPU", "per", "per", "per", "per", "p50/p99 ms",
               "p50/p99 ms", "MiB", "connec-");
    fmt::print(to, row, "", "", "", "", "deliver.", "as well", "message", "delivery", "delivery", "commit", "", "", "",
               "tion");
}

void print(const measurement& of, std::ostream& to) {
    const auto per = [](double what, double by) { return by > 0 ? what / by : 0.0; };
    const auto deliveries = static_cast<double>(of.deliveries);
    const auto messages = static_cast<double>(of.messages);
    const auto for_connections = static_cast<double>(of.resident_open) - static_cast<double>(of.resident_before);
    const auto latency = [](double p50, double p99) { return fmt::format("{:.1f}/{:.1f}", p50, p99); };
    fmt::print(to,
               "{:28} {:10} {:9.0f} {:11.0f} {:9.2f} {:9.2f} {:9.1f} {:9.3f} {:9.0f} {:8.1f} {:>15} {:>15} {:7.1f} "
               "{:8.1f}{}\n",
               of.of->title, of.database, per(messages, of.seconds), per(deliveries, of.seconds),
               per(of.server_cpu * 1e6, deliveries), per(of.database_cpu * 1e6, deliveries),
               per(of.server_cpu * 1e6, messages), per(of.writes, deliveries), per(of.wire_bytes, deliveries),
               per(of.committed_jobs, of.commits), latency(of.delivery_p50_ms, of.delivery_p99_ms),
               latency(of.answer_p50_ms, of.answer_p99_ms),
               static_cast<double>(std::max(of.resident_end, of.resident_open)) / 1048576,
               per(for_connections / 1024, static_cast<double>(of.connections)),
               of.complete ? "" : "  INCOMPLETE: something was lost, doubled or refused");
    fmt::print(to, "    opening: {:.1f} s, {:.2f} CPU s of the server, {} presence frames", of.opening_seconds,
               of.opening_cpu, of.opening_frames);
    if (of.seconds > 0)
        fmt::print(to, "; measured: {:.1f} s, server {:.2f} CPU s, database {:.2f}, load generator {:.2f}", of.seconds,
                   of.server_cpu, of.database_cpu, of.own_cpu);
    fmt::print(to, "\n");
    if (const auto& by = of.reloads; by.applied > 0)
        fmt::print(
            to, "    reloads: {} applied, {} refused, {:.0f} ms each and {:.0f} at most; {:.0f} calls into plugins\n",
            by.applied, by.refused, by.all_ms / (by.applied + by.refused), by.longest_ms, of.calls);
}

}  // namespace parley::load
