// The running server: what is made in which order, and let go of in the reverse.
#include "server/server.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "kernel/trim_log.hpp"
#include "metrics/registry.hpp"
#include "server/config_settings.hpp"
#include "server/front_door.hpp"
#include "server/hash_pool.hpp"
#include "server/periodic.hpp"
#include "server/port_probe.hpp"
#include "server/probes.hpp"
#include "server/process_usage.hpp"
#include "server/server_metrics.hpp"
#include "server/wait_for_store.hpp"
#include "server/workspace.hpp"
#include "transport/api_handler.hpp"
#include "transport/http_server.hpp"

namespace parley::server {
namespace {

constexpr unsigned hash_threads = 2;
constexpr std::size_t hash_queue = 64;
constexpr std::chrono::minutes trim_interval{1};
constexpr std::chrono::milliseconds reconnect_in{1'000};

transport::http_options http_options_of(const config::server_settings& of) {
    const std::chrono::seconds patience{of.http.request_timeout_seconds};
    transport::http_options made;
    made.address = of.server.address;
    made.port = of.server.port;
    made.threads = of.server.threads != 0 ? of.server.threads : std::max(1U, std::thread::hardware_concurrency());
    made.header_bytes = of.http.max_header_bytes;
    made.body_bytes = of.http.max_body_bytes;
    made.header_timeout = std::min(made.header_timeout, std::chrono::milliseconds(patience));
    made.body_timeout = patience;
    made.answer_timeout = patience;
    made.websocket.message_bytes = of.websocket.max_frame_bytes;
    made.websocket.queue_bytes = of.websocket.send_queue_bytes;
    made.websocket.idle_timeout = std::chrono::seconds{of.websocket.idle_timeout_seconds};
    made.websocket.compression = of.websocket.compression;
    return made;
}

transport::chat_options chat_options_of(const config::server_settings& of) {
    transport::chat_options made;
    made.json_bytes = of.websocket.max_frame_bytes;
    made.json_depth = of.http.json_depth;
    return made;
}

transport::authenticator::host_lookup host_lookup_in(std::shared_ptr<const config::configuration> from) {
    return [from = std::move(from)](std::string_view host) -> std::optional<std::string> {
        const auto name = from->tenant_of_host(host);
        return name.empty() ? std::nullopt : std::optional(std::string(name));
    };
}

/// Counts on the way from the store to the hub.
class counted_events final : public kernel::event_sink {
public:
    counted_events(kernel::event_sink& to, metrics::registry& measured)
        : to_(to),
          count_(measured.add_counter("parley_events_total", "Events committed, whichever process wrote them.")) {}
    void committed(tenant_id tenant, std::span<const std::shared_ptr<const event>> events) override {
        count_.add(events.size());
        to_.committed(tenant, events);
    }

private:
    kernel::event_sink& to_;
    metrics::counter& count_;
};

/// PostgreSQL is only asked whether it is there: nothing is migrated for a server that will not start.
result<void> reach_database(const config::server_settings& of) {
    if (sqlite_file(of)) return {};
    const auto opened = storage::database::open(database_options_of(of));
    if (!opened) return std::unexpected(opened.error());
    return {};
}

}  // namespace

std::vector<error> check_start(const config::server_settings& of) {
    std::vector<error> found;
    if (auto folder = prepare_data_directory(of); !folder) found.push_back(folder.error());
    if (auto port = check_port(of.server.address, of.server.port); !port) found.push_back(port.error());
    if (auto reached = reach_database(of); !reached) found.push_back(reached.error());
    return found;
}

/// In the order in which they are made. Each may be used by those below it and not by those above.
struct server::parts {
    explicit parts(std::shared_ptr<const config::configuration> from)
        : configured(std::move(from)),
          settings(configured),
          door(measured),
          wire(http_options_of(configured->server), door),
          room(time, settings),
          events(room, measured),
          hashing(hash_threads, hash_queue) {
        room.attach(wire);
    }

    [[nodiscard]] result<void> open(std::shared_ptr<storage::database>);
    [[nodiscard]] result<void> listen();
    void measure();
    void stop();
    void trim_logs();
    void warn_of_tenants_without_rows();
    [[nodiscard]] std::vector<std::string> reasons_not_to_be_ready() const;

    std::shared_ptr<const config::configuration> configured;
    system_clock time;
    config_settings settings;
    kernel::kind_registry kinds;
    metrics::registry measured;
    front_door door;
    transport::http_server wire;
    transport::hub room;
    counted_events events;
    std::unique_ptr<storage::sql_store> store;
    std::optional<id_source> ids;
    std::optional<kernel::environment> env;
    hash_pool hashing;
    std::optional<transport::services> services;
    std::optional<transport::authenticator> who;
    std::optional<transport::chat_parts> chat;
    std::optional<probes> pages;
    std::optional<transport::api_handler> api;
    std::optional<periodic> trimming;
    std::atomic<bool> stopping = false;
};

result<void> server::parts::open(std::shared_ptr<storage::database> database) {
    auto opened = storage::open_store(std::move(database), store_options_of(configured->server), events);
    if (!opened) return std::unexpected(opened.error());
    store = std::move(*opened);
    const auto floor = store->highest_id();
    if (!floor) return std::unexpected(floor.error());
    ids.emplace(time, configured->server.server.node, *floor);
    env.emplace(kernel::environment{.time = time, .ids = *ids, .settings = settings, .kinds = kinds, .checks = {}});
    services.emplace(
        transport::services{.env = *env, .store = *store, .room = room, .hash_later = [this](hash_pool::job one) {
                                hashing.run(std::move(one));
                            }});
    who.emplace(*store, time, host_lookup_in(configured));
    chat.emplace(transport::chat_parts{*services, *who, room, chat_options_of(configured->server)});
    measure();
    pages.emplace([this] { return reasons_not_to_be_ready(); }, measured);
    const auto& http = configured->server.http;
    api.emplace(*chat, transport::api_options{.json_bytes = http.max_body_bytes, .json_depth = http.json_depth},
                [this](const transport::http_request& request) { return pages->answer(request); });
    door.lead_to(*api);
    return {};
}

result<void> server::parts::listen() {
    warn_of_tenants_without_rows();
    if (auto listening = wire.start(); !listening) return listening;
    room.start();
    trimming.emplace(trim_interval, [this] { trim_logs(); });
    return {};
}

void server::parts::measure() {
    measured.collect(write_build);
    measured.collect([](metrics::exposition& to) { write_process(to, read_process_usage()); });
    measured.collect([this](metrics::exposition& to) { write_wire(to, wire.totals()); });
    measured.collect([this](metrics::exposition& to) { write_storage(to, store->counters()); });
    measured.collect([this](metrics::exposition& to) {
        to.single(metrics::kind::gauge, "parley_hashing_queue_length", "Passwords that wait to be hashed.",
                  hashing.waiting());
    });
}

void server::parts::stop() {
    if (stopping.exchange(true)) return;
    if (trimming) {
        log::info("draining", {{"seconds_at_most", configured->server.server.drain_timeout_seconds}});
        room.drain(reconnect_in);
        wire.stop(std::chrono::seconds{configured->server.server.drain_timeout_seconds});
    }
    trimming.reset();
    hashing.stop();
    if (store) store->stop();
}

void server::parts::trim_logs() {
    store->with_directory(
        [this](kernel::directory& all) {
            for (const auto& one : all.tenants())
                store->write(
                    {.tenant = one.id,
                     .author = {},
                     .client_key = {},
                     .apply = [this, name = one.name](kernel::writing& to) { return kernel::trim_log(*env, to, name); },
                     .finish =
                         [](const std::optional<error>& why) {
                             if (why) log::warning("an event log could not be trimmed", {{"code", why->code}});
                         }});
        },
        [](const error& why) { log::warning("the tenants could not be read", {{"code", why.code}}); });
}

void server::parts::warn_of_tenants_without_rows() {
    const auto rows =
        look_up_now(*store, [](kernel::directory& all) { return result<std::vector<tenant>>(all.tenants()); });
    if (!rows) return;
    for (const auto& [name, ignored] : configured->tenants)
        if (std::ranges::find(*rows, name, &tenant::name) == rows->end())
            log::warning("a tenant has a file but does not exist; parley tenant create makes it", {{"tenant", name}});
}

std::vector<std::string> server::parts::reasons_not_to_be_ready() const {
    std::vector<std::string> reasons;
    if (stopping) reasons.emplace_back("The server is stopping.");
    if (const auto reached = store->check(); !reached) reasons.push_back(reached.error().message);
    return reasons;
}

server::started server::start(std::shared_ptr<const config::configuration> from, const start_options& options) {
    if (auto problems = check_start(from->server); !problems.empty()) return std::unexpected(std::move(problems));
    const system_clock time;
    auto database = open_current_database(from->server, options.migrations, options.migrate, time);
    if (!database) return std::unexpected(std::vector{database.error()});

    log::info("starting", {{"version", version},
                           {"configuration", escape_controls(from->file.string())},
                           {"database", (*database)->shown_url()},
                           {"tenants_with_files", from->tenants.size()}});
    auto made = std::make_unique<parts>(std::move(from));
    if (auto opened = made->open(std::move(*database)); !opened) return std::unexpected(std::vector{opened.error()});
    if (auto listening = made->listen(); !listening) {
        made->stop();
        return std::unexpected(std::vector{listening.error()});
    }
    const auto& settings = made->configured->server.server;
    log::info("listening",
              {{"address", settings.address}, {"port", made->wire.port()}, {"threads", made->wire.threads()}});
    return std::unique_ptr<server>(new server(std::move(made)));
}

server::server(std::unique_ptr<parts> made) : parts_(std::move(made)) {}

server::~server() { stop(); }

std::uint16_t server::port() const { return parts_->wire.port(); }

void server::stop() { parts_->stop(); }

}  // namespace parley::server
