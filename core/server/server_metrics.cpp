// The names and sentences of the server's metrics.
#include "server/server_metrics.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/version.hpp"

namespace parley::server {
namespace {

using metrics::kind;

double seconds(const storage::counter& microseconds) { return static_cast<double>(microseconds.get()) / 1e6; }

}  // namespace

void write_build(metrics::exposition& to) {
    to.family(kind::gauge, "parley_build_info", "Always 1; the labels say what runs.");
    to.sample(1, {{"version", version}, {"compiler", __VERSION__}});
}

void write_process(metrics::exposition& to, const process_usage& of) {
    to.single(kind::counter, "process_cpu_seconds_total", "Processor time, user and system.", of.cpu_seconds);
    to.single(kind::gauge, "process_resident_memory_bytes", "Memory in use.", of.resident_bytes);
    to.single(kind::gauge, "process_open_fds", "Open file descriptors.", of.open_descriptors);
    to.single(kind::gauge, "process_max_fds", "Most file descriptors allowed.", of.most_descriptors);
    to.single(kind::gauge, "process_start_time_seconds", "When the process began, in seconds since 1970.",
              of.started_at);
    to.single(kind::counter, "parley_log_entries_dropped_total", "Log entries that could not be written.",
              log::dropped());
}

void write_wire(metrics::exposition& to, const transport::wire_totals& of) {
    to.single(kind::counter, "parley_connections_accepted_total", "Sockets taken in.", of.connections_accepted);
    to.single(kind::gauge, "parley_connections_open", "Sockets open now, of HTTP and WebSocket.", of.connections_open);
    to.single(kind::counter, "parley_accept_errors_total", "Sockets that could not be taken in.", of.accept_errors);
    to.single(kind::counter, "parley_connections_refused_total", "Sockets refused because too many were open.",
              of.connections_refused);
    to.single(kind::counter, "parley_websockets_opened_total", "WebSocket handshakes completed.", of.websockets_opened);
    to.single(kind::gauge, "parley_websockets_open", "WebSockets open now.", of.websockets_open);
    to.single(kind::counter, "parley_tls_handshakes_failed_total", "TLS handshakes that came to nothing.",
              of.tls_refused);
    to.family(kind::counter, "parley_http_requests_total", "Requests answered, by class of status.");
    for (std::size_t digit = 1; digit < of.requests.size(); ++digit)
        to.sample(of.requests[digit], {{"class", fmt::format("{}xx", digit)}});
    to.single(kind::counter, "parley_websocket_messages_received_total", "Messages from WebSocket clients.",
              of.messages_received);
    to.single(kind::counter, "parley_websocket_frames_sent_total", "Event frames queued for WebSocket clients.",
              of.frames_sent);
    to.single(kind::counter, "parley_websocket_bytes_written_total", "WebSocket bytes given to the system.",
              of.bytes_written);
    to.single(kind::counter, "parley_websocket_write_calls_total", "System calls that wrote them.", of.write_calls);
    to.single(kind::counter, "parley_slow_consumers_total", "Connections cut off because they read too slowly.",
              of.slow_consumers);
}

void write_limits(metrics::exposition& to, const transport::gatekeeper& of) {
    const auto refused = of.limits().refused();
    to.family(kind::counter, "parley_rate_limited_total", "Requests and commands refused, by whose rate was used up.");
    to.sample(refused.by_user, {{"by", "user"}});
    to.sample(refused.by_address, {{"by", "address"}});
    to.sample(refused.by_tenant, {{"by", "tenant"}});
    to.single(kind::counter, "parley_websockets_refused_total", "WebSockets refused because too many were open.",
              of.sockets_refused());
}

void write_certificate(metrics::exposition& to, const key_pair* shown) {
    if (shown == nullptr) return;
    to.single(kind::gauge, "parley_tls_certificate_expires_timestamp_seconds",
              "When the certificate ends that new connections see, in seconds since 1970.",
              std::chrono::duration<double>(shown->good_until().time_since_epoch()).count());
}

void write_configuration(metrics::exposition& to, const reload_state& of) {
    to.single(kind::gauge, "parley_config_generation", "1 at the start, one more with each reload.", of.generation);
    to.single(kind::gauge, "parley_config_loaded_timestamp_seconds", "When it was loaded, in seconds since 1970.",
              std::chrono::duration<double>(of.loaded_at.time_since_epoch()).count());
    to.single(kind::gauge, "parley_config_last_reload_failed",
              "1 when the last reload was refused, so that the files are not what runs.",
              of.last == reload_result::refused ? 1 : 0);
    to.family(kind::counter, "parley_config_reloads_total", "Reloads, by what came of them.");
    to.sample(of.applied, {{"outcome", "applied"}});
    to.sample(of.refused, {{"outcome", "refused"}});
}

void write_storage(metrics::exposition& to, const storage::storage_counters& of) {
    to.single(kind::counter, "parley_write_jobs_total", "Writes finished, whatever the outcome.", of.write_jobs.get());
    to.single(kind::counter, "parley_write_jobs_failed_total", "Writes finished with an error of the store's.",
              of.write_jobs_failed.get());
    to.single(kind::counter, "parley_write_jobs_refused_total", "Writes refused because too many waited.",
              of.write_jobs_refused.get());
    to.single(kind::gauge, "parley_write_queue_length", "Writes that wait now.", of.write_queue_length.get());
    to.single(kind::counter, "parley_commits_total", "Transactions committed.", of.commits.get());
    to.single(kind::counter, "parley_committed_jobs_total", "Writes in them; divided by commits, the mean group.",
              of.committed_jobs.get());
    to.single(kind::gauge, "parley_commit_group_largest", "The largest group since the start.", of.largest_group.get());
    to.single(kind::counter, "parley_commit_groups_split_total", "Groups run again one by one.", of.groups_split.get());
    to.single(kind::counter, "parley_commit_groups_retried_total", "Groups run again as a whole.",
              of.groups_retried.get());
    to.single(kind::counter, "parley_commits_in_doubt_total", "Commits during which the connection was lost.",
              of.commits_in_doubt.get());
    to.single(kind::counter, "parley_commit_seconds_total", "Time spent in COMMIT.", seconds(of.commit_microseconds));
    to.single(kind::counter, "parley_write_seconds_total", "Time spent on groups, COMMIT included.",
              seconds(of.write_microseconds));
    to.single(kind::counter, "parley_foreign_events_total", "Events that other processes wrote.",
              of.foreign_events.get());
    to.single(kind::gauge, "parley_cached_rows", "Rows the writer remembers.", of.cached_rows.get());
    to.single(kind::counter, "parley_cache_drops_total", "Times it forgot them.", of.cache_drops.get());
    to.single(kind::counter, "parley_read_jobs_total", "Reads finished.", of.read_jobs.get());
    to.single(kind::counter, "parley_read_jobs_failed_total", "Reads that failed.", of.read_jobs_failed.get());
    to.single(kind::counter, "parley_read_jobs_refused_total", "Reads refused because too many waited.",
              of.read_jobs_refused.get());
    to.single(kind::gauge, "parley_read_queue_length", "Reads that wait now.", of.read_queue_length.get());
    to.single(kind::counter, "parley_read_seconds_total", "Time spent reading.", seconds(of.read_microseconds));
    to.single(kind::counter, "parley_database_reconnects_total", "Connections to the database made anew.",
              of.reconnects.get());
    to.single(kind::counter, "parley_database_hangs_cut_total", "Connections cut because the database kept quiet.",
              of.hangs_cut.get());
}

void write_bus(metrics::exposition& to, const bus::bus_counters& of) {
    using metrics::kind;
    to.single(kind::gauge, "parley_bus_reachable", "Whether the bus to other servers is there; 0 where there is none.",
              of.reachable ? 1 : 0);
    to.single(kind::counter, "parley_bus_said_total", "Messages to other servers.", of.said.load());
    to.single(kind::counter, "parley_bus_heard_total", "Messages of other servers.", of.heard.load());
    to.single(kind::counter, "parley_bus_dropped_total",
              "Messages that could not be said; the database tells the rest.", of.dropped.load());
    to.single(kind::counter, "parley_bus_strangers_total", "Messages that were not signed with the bus's key.",
              of.strangers.load());
}

}  // namespace parley::server
