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
#include "base/work_pool.hpp"
#include "bus/nats.hpp"
#include "kernel/guests.hpp"
#include "kernel/trim_log.hpp"
#include "metrics/registry.hpp"
#include "server/config_settings.hpp"
#include "server/front_door.hpp"
#include "server/https_redirect.hpp"
#include "server/periodic.hpp"
#include "server/plugin_host.hpp"
#include "server/plugin_sections.hpp"
#include "server/port_probe.hpp"
#include "server/probes.hpp"
#include "server/process_usage.hpp"
#include "server/server_metrics.hpp"
#include "server/settings_audit.hpp"
#include "server/tenant_desk.hpp"
#include "server/tenant_office.hpp"
#include "server/tls_identity.hpp"
#include "server/tool_line.hpp"
#include "server/wait_for_store.hpp"
#include "server/workspace.hpp"
#include "storage/node_claim.hpp"
#include "transport/api_handler.hpp"
#include "transport/http_server.hpp"
#include "transport/issuer_keys.hpp"
#include "transport/oidc_client.hpp"
#include "transport/operation_catalogue.hpp"
#include "transport/web_client.hpp"

namespace parley::server {
namespace {

constexpr unsigned hash_threads = 2;  // each running job takes 64 MiB
constexpr std::size_t hash_queue = 64;
constexpr std::chrono::minutes sweep_interval{1};
constexpr std::chrono::seconds claim_interval{1};
constexpr std::chrono::seconds number_patience{10};
constexpr std::chrono::milliseconds number_pause{100};
constexpr std::chrono::milliseconds reconnect_in{1'000};

transport::http_options http_options_of(const config::server_settings& of) {
    const std::chrono::seconds patience{of.http.request_timeout_seconds};
    transport::http_options made;
    made.address = of.server.address;
    made.port = of.server.port;
    made.threads = of.server.threads != 0 ? of.server.threads : std::max(1U, std::thread::hardware_concurrency());
    made.header_bytes = of.http.max_header_bytes;
    made.body_bytes = of.http.max_body_bytes;
    if (of.server.limits) {
        made.max_connections = of.server.max_connections;
        made.max_connections_per_address = of.server.max_connections_per_address;
    }
    for (const auto& one : of.server.trusted_proxies)
        if (const auto net = transport::ip_network::parse(one)) made.proxies.trusted.push_back(*net);
    if (of.server.forwarded_rfc7239) made.proxies.form = transport::forwarded_form::rfc7239;
    made.header_timeout = std::min(made.header_timeout, std::chrono::milliseconds(patience));
    made.body_timeout = patience;
    made.answer_timeout = patience;
    made.websocket.message_bytes = of.websocket.max_frame_bytes;
    // A message whose fragments bring less than a quarter of a kilobyte each is no message but an attempt.
    made.websocket.reads_per_message =
        static_cast<unsigned>(std::max<std::size_t>(256, of.websocket.max_frame_bytes / 256));
    made.websocket.queue_bytes = of.websocket.send_queue_bytes;
    made.websocket.idle_timeout = std::chrono::seconds{of.websocket.idle_timeout_seconds};
    made.websocket.compression = of.websocket.compression;
    return made;
}

/// The plain port beside HTTPS: the same limits, but it has little to do.
transport::http_options redirect_options_of(const config::server_settings& of) {
    auto made = http_options_of(of);
    made.port = of.server.tls.redirect_port;
    made.threads = 1;
    return made;
}

void warn_of_certificate(const config::configuration& of, moment now) {
    for (const auto& one : tls_warnings(of, now)) log::warning("the certificate needs care", {{"why", one}});
}

transport::gate_options gate_options_of(const config::server_settings& of) {
    transport::gate_options made;
    if (!of.server.limits) made.limits.limits = transport::limiter_options::state::off;
    made.limits.address = of.server.address_rate;
    made.sockets_per_user = of.websocket.max_per_user;
    made.sockets_per_address = of.websocket.max_per_address;
    made.tenant_header = of.server.tenant_header;
    return made;
}

transport::chat_options chat_options_of(const config::server_settings& of) {
    transport::chat_options made;
    made.json_bytes = of.websocket.max_frame_bytes;
    made.json_depth = of.http.json_depth;
    made.catch_up_bytes = std::min(made.catch_up_bytes, std::size_t{of.websocket.send_queue_bytes} / 2);
    return made;
}

transport::authenticator::host_lookup host_lookup_in(const config_settings& in_force) {
    return [&in_force](std::string_view host) { return in_force.tenant_of_host(host); };
}

/// Between the bus and those who hear from it.
class bus_ear final : public kernel::bus_listener {
public:
    bus_ear(storage::sql_store& store, transport::hub& room) : store_(store), room_(room) {}
    void heard(kernel::peer_id from, tenant_id tenant, const kernel::bus_news& what) override {
        if (const auto* const moved = std::get_if<kernel::log_moved>(&what)) store_.others_wrote(tenant, moved->end);
        room_.heard(from, tenant, what);
    }
    void reached() override { room_.bus_reached(); }

private:
    storage::sql_store& store_;
    transport::hub& room_;
};

/// To the other servers, that there is something to read.
class bus_voice final : public kernel::write_witness {
public:
    explicit bus_voice(kernel::bus& to) : to_(to) {}
    void wrote(tenant_id tenant, position end) override { to_.say(tenant, kernel::log_moved{end}); }

private:
    kernel::bus& to_;
};

bus::nats_options nats_options_of(const config::bus_settings& of) {
    bus::nats_options made{.urls = {},
                           .prefix = of.prefix,
                           .key = of.key,
                           .credentials = of.credentials,
                           .authorities = of.authorities,
                           .certificate = of.certificate,
                           .certificate_key = of.certificate_key};
    for (std::string_view rest = of.url; !rest.empty();) {
        const auto one = rest.substr(0, rest.find(','));
        made.urls.emplace_back(one);
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    }
    return made;
}

/// Counts on the way from the store to the hub, and to the plugins once they are there.
class counted_events final : public kernel::event_sink {
public:
    counted_events(kernel::event_sink& to, metrics::registry& measured)
        : to_(to),
          count_(measured.add_counter("parley_events_total", "Events committed, whichever process wrote them.")) {}
    void committed(tenant_id tenant, std::span<const std::shared_ptr<const event>> events) override {
        count_.add(events.size());
        to_.committed(tenant, events);
        if (auto* const after = after_.load()) after->committed(tenant, events);
    }
    void then_to(kernel::event_sink& after) { after_ = &after; }

private:
    kernel::event_sink& to_;
    std::atomic<kernel::event_sink*> after_ = nullptr;
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
    if (const auto second = of.server.tls.redirect_port; second != 0)
        if (auto port = check_port(of.server.address, second); !port) found.push_back(port.error());
    if (auto reached = reach_database(of); !reached) found.push_back(reached.error());
    return found;
}

/// In the order in which they are made. Each may be used by those below it and not by those above.
struct server::parts {
    parts(std::shared_ptr<const config::configuration> from, config::environment given)
        : configured(std::move(from)),
          variables(std::move(given)),
          settings(configured),
          door(measured),
          wire(http_options_of(configured->server), door),
          room(time, settings),
          events(room, measured),
          hashing(hash_threads, hash_queue) {
        room.attach(wire);
        // In good time before the answer would be overdue.
        room.wait_at_most(
            std::chrono::seconds{std::min<std::int64_t>(20, configured->server.http.request_timeout_seconds * 2 / 3)});
    }

    [[nodiscard]] std::expected<void, std::vector<error>> open(std::shared_ptr<storage::database>);
    [[nodiscard]] std::expected<void, std::vector<error>> load_plugins();
    [[nodiscard]] result<void> open_bus();
    [[nodiscard]] result<void> hold_number();
    void look_after_number();
    [[nodiscard]] result<void> listen();
    [[nodiscard]] result<void> listen_for_tls();
    [[nodiscard]] result<void> redirect();
    [[nodiscard]] result<reloader::following> follow(const config::configuration& next, reloader::intent);
    void measure();
    void stop();
    void sweep_tenants();
    void warn_of_tenants_without_rows(std::vector<std::string> with_files);
    reload_outcome reload(const reload_asker&);
    [[nodiscard]] std::vector<std::string> reasons_not_to_be_ready() const;
    [[nodiscard]] boost::json::object ready_details() const;

    std::shared_ptr<const config::configuration> configured;  // at the start; what takes effect only then is here
    config::environment variables;
    system_clock time;
    config_settings settings;
    reloader reloading{
        settings, time,
        [this](const config::configuration& next, reloader::intent wanted) { return follow(next, wanted); },
        [this](const config::plugin_settings& chosen, std::vector<std::string>& wrong) {
            return sections_of(plugged->all().all())(chosen, wrong);
        }};
    kernel::kind_registry kinds;
    permission_catalogue permissions;
    metrics::registry measured;
    bus::bus_counters bus_counts;
    std::unique_ptr<kernel::bus> between;  // null: this server is alone
    std::optional<bus_voice> witness;
    front_door door;
    transport::http_server wire;
    std::optional<https_redirect> signpost;
    std::optional<transport::http_server> redirecting;
    transport::hub room;
    counted_events events;
    std::unique_ptr<storage::sql_store> store;
    std::optional<bus_ear> ear;
    std::optional<storage::node_claim> claim;
    std::atomic<bool> number_lost = false;
    std::optional<id_source> ids;
    std::optional<kernel::environment> env;
    transport::operation_catalogue catalogue;
    std::unique_ptr<plugin_host> plugged;
    std::optional<kernel::judged_messages> messages;
    work_pool hashing;
    kernel::sign_in_brake brake{time};
    kernel::audit_pace pace{time};
    transport::issuer_keys keys{time, [this](transport::web_request wanted, transport::web_answered answer) {
                                    web.ask(std::move(wanted), std::move(answer));
                                }};
    transport::oidc_client providers{time,
                                     [this](transport::web_request wanted, transport::web_answered answer) {
                                         web.ask(std::move(wanted), std::move(answer));
                                     },
                                     configured->server.server.public_url};
    transport::web_client web;
    settings_desk forms{settings,
                        [this](const reloader::proposing& what, reloader::intent wanted, const reload_asker& asker) {
                            return reloading.change(what, variables, wanted, asker);
                        },
                        [this](const kernel::caller& by, boost::json::array changes, std::uint64_t generation,
                               std::move_only_function<void()> then) {
                            tell_tenant(*store, *env, by, std::move(changes), generation, std::move(then));
                        }};
    std::optional<tenant_office> office;
    std::optional<transport::services> services;
    std::optional<transport::authenticator> who;
    std::optional<transport::gatekeeper> gate;
    std::optional<transport::chat_parts> chat;
    std::optional<probes> pages;
    std::optional<transport::api_handler> api;
    std::optional<tenant_desk> tenants;
    operator_desk desk{settings, time, [this] { return reloading.preview(variables); },
                       [this](const reload_asker& asker) { return reload(asker); },
                       [this](const transport::http_request& request) { return tenants->answer(request); }};
    std::optional<tool_line> line;
    std::optional<periodic> sweeping;
    std::optional<periodic> claiming;
    std::atomic<bool> stopping = false;
};

/// Before anything that they take part in.
std::expected<void, std::vector<error>> server::parts::load_plugins() {
    const plugin_surroundings near{.time = time,
                                   .ids = *ids,
                                   .store = *store,
                                   .permissions = permissions,
                                   .database = database_options_of(configured->server),
                                   .data = configured->server.server.data_directory};
    auto loaded = plugin_host::load(*configured, near);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    plugged = std::move(*loaded);
    for (const auto& one : configured->passed_over)
        log::warning("what a form set does not hold", {{"why", one.text()}});
    events.then_to(plugged->hearing());
    if (auto wrong = plugged->declare(permissions); !wrong.empty()) return std::unexpected(std::move(wrong));
    if (auto wrong = plugged->declare(kinds); !wrong.empty()) return std::unexpected(std::move(wrong));
    if (auto wrong = plugged->offer(catalogue); !wrong.empty()) return std::unexpected(std::move(wrong));
    return {};
}

/// One that was killed a moment ago may still have it, until its database notices.
result<void> server::parts::hold_number() {
    const auto end = std::chrono::steady_clock::now() + number_patience;
    auto held = claim->hold();
    while (!held && held.error().code == "node_taken" && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(number_pause);
        held = claim->hold();
    }
    return held;
}

void server::parts::look_after_number() {
    const auto held = claim->hold();
    const bool is_lost = !held && held.error().code == "node_taken";
    if (is_lost && !number_lost.exchange(true)) log::error("another server took this one's number", {});
    if (!is_lost && number_lost.exchange(false)) log::info("this server's number is its own again", {});
    plugged->lead(claim->leads());
}

result<void> server::parts::open_bus() {
    const auto& wanted = configured->server.bus;
    if (wanted.url.empty()) return {};
    auto opened = bus::open_nats(nats_options_of(wanted), bus_counts);
    if (!opened) return std::unexpected(opened.error());
    between = std::move(*opened);
    room.tell_others(*between);
    witness.emplace(*between);
    return {};
}

std::expected<void, std::vector<error>> server::parts::open(std::shared_ptr<storage::database> database) {
    if (auto opened = open_bus(); !opened) return std::unexpected(std::vector{opened.error()});
    claim.emplace(database, configured->server.server.node);
    if (auto held = hold_number(); !held) return std::unexpected(std::vector{held.error()});
    auto how = store_options_of(configured->server);
    if (witness) how.witness = &*witness;
    auto opened = storage::open_store(std::move(database), how, events);
    if (!opened) return std::unexpected(std::vector{opened.error()});
    store = std::move(*opened);
    const auto floor = store->highest_id();
    if (!floor) return std::unexpected(std::vector{floor.error()});
    ids.emplace(time, configured->server.server.node, *floor);
    env.emplace(kernel::environment{
        .time = time, .ids = *ids, .settings = settings, .kinds = kinds, .permissions = permissions});
    if (auto loaded = load_plugins(); !loaded) return loaded;
    plugged->lead(claim->leads());
    messages.emplace(*env, *store, plugged->judges());
    office.emplace(settings, reloading, plugged->all(), forms);
    services.emplace(transport::services{.env = *env,
                                         .store = *store,
                                         .room = room,
                                         .hash_later = [this](work_pool::job one) { hashing.run(std::move(one)); },
                                         .brake = brake,
                                         .pace = pace,
                                         .keys = keys,
                                         .providers = providers,
                                         .judges = plugged->judges(),
                                         .messages = *messages,
                                         .catalogue = catalogue,
                                         .office = &*office});
    who.emplace(*store, time, permissions, host_lookup_in(settings));
    room.tell_of_sessions(*who);
    gate.emplace(gate_options_of(configured->server), settings, host_lookup_in(settings),
                 transport::limiter::steady_time,
                 [this](std::string_view host) { return settings.is_content_host(host); });
    chat.emplace(transport::chat_parts{*services, *who, room, *gate, chat_options_of(configured->server)});
    measure();
    pages.emplace([this] { return reasons_not_to_be_ready(); }, measured, [this] { return ready_details(); });
    const auto& http = configured->server.http;
    api.emplace(*chat, transport::api_options{.json_bytes = http.max_body_bytes, .json_depth = http.json_depth},
                [this](const transport::http_request& request) { return pages->answer(request); });
    tenants.emplace(tenant_desk::surroundings{
        .in_force = settings,
        .store = *store,
        .env = *env,
        .change = [this](const reloader::proposing& what, reloader::intent wanted,
                         const reload_asker& asker) { return reloading.change(what, variables, wanted, asker); },
        .changed = [this](const reload_outcome& made,
                          const reload_asker& asker) { tell_tenants(*store, *env, *settings.now(), made, asker); }});
    door.lead_to(*api, desk);
    plugged->start(*env, *services);
    return {};
}

result<void> server::parts::listen() {
    std::vector<std::string> with_files;
    for (const auto& [name, ignored] : configured->tenants) with_files.push_back(name);
    warn_of_tenants_without_rows(std::move(with_files));
    if (auto listening = listen_for_tls(); !listening) return listening;
    room.start();
    if (between) between->listen(ear.emplace(*store, room));
    sweep_tenants();  // what grew too old while no server ran
    sweeping.emplace(sweep_interval, [this] { sweep_tenants(); });
    claiming.emplace(claim_interval, [this] { look_after_number(); });
    reloading.publish();
    line.emplace(
        configured->server.server.data_directory,
        [this](const boost::json::object& asked, tool_answer answer) { plugged->operate(asked, std::move(answer)); });
    return {};
}

result<void> server::parts::listen_for_tls() {
    auto tls = tls_of(*configured);
    if (!tls) return std::unexpected(tls.error());
    wire.use_tls(std::move(*tls));
    warn_of_certificate(*configured, time.now());
    if (auto listening = wire.start(); !listening) return listening;
    return configured->server.server.tls.redirect_port == 0 ? result<void>{} : redirect();
}

result<void> server::parts::redirect() {
    signpost.emplace(settings, wire.port());
    redirecting.emplace(redirect_options_of(configured->server), *signpost);
    return redirecting->start();
}

result<reloader::following> server::parts::follow(const config::configuration& next, reloader::intent wanted) {
    auto tls = tls_of(next);
    if (!tls) return std::unexpected(tls.error());
    auto made = plugged->follow(next, wanted);
    if (!made) return made;
    made->apply = [this, tls = std::move(*tls), plugins = std::move(made->apply)]() mutable {
        wire.use_tls(std::move(tls));
        plugins();
        room.settings_changed();
    };
    return made;
}

boost::json::object server::parts::ready_details() const {
    auto made = reloading.details();
    const auto trouble = plugged->trouble();
    if (!trouble.empty()) made["plugins"] = boost::json::array(trouble.begin(), trouble.end());
    return made;
}

void server::parts::measure() {
    measured.collect(write_build);
    measured.collect([](metrics::exposition& to) { write_process(to, read_process_usage()); });
    measured.collect([this](metrics::exposition& to) { write_wire(to, wire.totals()); });
    measured.collect([this](metrics::exposition& to) { write_limits(to, *gate); });
    measured.collect([this](metrics::exposition& to) { write_configuration(to, reloading.state()); });
    measured.collect([this](metrics::exposition& to) { write_certificate(to, settings.now()->identity.get()); });
    measured.collect([this](metrics::exposition& to) { write_storage(to, store->counters()); });
    measured.collect([this](metrics::exposition& to) { write_bus(to, bus_counts); });
    measured.collect([this](metrics::exposition& to) { plugged->measure(to); });
    measured.collect([this](metrics::exposition& to) {
        to.single(metrics::kind::gauge, "parley_hashing_queue_length", "Passwords that wait to be hashed.",
                  hashing.waiting());
    });
}

void server::parts::stop() {
    if (stopping.exchange(true)) return;
    if (sweeping) {
        log::info("draining", {{"seconds_at_most", configured->server.server.drain_timeout_seconds}});
        room.drain(reconnect_in);
        if (redirecting) redirecting->stop(std::chrono::seconds{1});
        wire.stop(std::chrono::seconds{configured->server.server.drain_timeout_seconds});
    }
    line.reset();
    sweeping.reset();
    claiming.reset();
    if (plugged) plugged->stop();
    web.stop();
    desk.stop();
    forms.stop();
    hashing.stop();
    if (store) store->stop();
    if (!between) return;
    between->say({}, kernel::sign_of_life{.asks = false, .leaves = true});
    between->stop();
}

void server::parts::sweep_tenants() {
    store->with_directory(
        [this](kernel::directory& all) {
            for (const auto& one : all.tenants())
                store->write({.tenant = one.id,
                              .author = {},
                              .client_key = {},
                              .apply =
                                  [this, name = one.name](kernel::writing& to) {
                                      const bool ended = kernel::sweep_sessions(*env, to);
                                      return kernel::trim_log(*env, to, name) || ended;
                                  },
                              .finish =
                                  [](const std::optional<error>& why) {
                                      if (why) log::warning("a tenant could not be swept", {{"code", why->code}});
                                  }});
        },
        [](const error& why) { log::warning("the tenants could not be read", {{"code", why.code}}); });
}

void server::parts::warn_of_tenants_without_rows(std::vector<std::string> with_files) {
    if (with_files.empty()) return;
    store->with_directory(
        [with_files = std::move(with_files)](kernel::directory& all) {
            for (const auto& name : with_files)
                if (!all.find_tenant(name))
                    log::warning("a tenant has a file but does not exist; parley tenant create makes it",
                                 {{"tenant", name}});
        },
        [](const error& why) { log::warning("the tenants could not be read", {{"code", why.code}}); });
}

reload_outcome server::parts::reload(const reload_asker& asker) {
    auto made = reloading.reload(variables, asker);
    if (made.applied()) warn_of_certificate(*settings.now(), time.now());
    tell_tenants(*store, *env, *settings.now(), made, asker);
    std::vector<std::string> added;
    for (const std::string_view scope : made.changes.scopes_added)
        if (config::level_of(scope) == config::level::tenant) added.emplace_back(scope.substr(scope.find('/') + 1));
    if (made.applied()) warn_of_tenants_without_rows(std::move(added));
    return made;
}

std::vector<std::string> server::parts::reasons_not_to_be_ready() const {
    std::vector<std::string> reasons;
    if (stopping) reasons.emplace_back("The server is stopping.");
    if (number_lost) reasons.emplace_back("Another server has this one's number, server.node.");
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
    auto made = std::make_unique<parts>(std::move(from), options.variables);
    if (auto opened = made->open(std::move(*database)); !opened) return std::unexpected(std::move(opened.error()));
    if (auto listening = made->listen(); !listening) {
        made->stop();
        return std::unexpected(std::vector{listening.error()});
    }
    const auto& settings = made->configured->server.server;
    log::info("listening", {{"address", settings.address},
                            {"port", made->wire.port()},
                            {"threads", made->wire.threads()},
                            {"tls", made->configured->identity != nullptr}});
    return std::unique_ptr<server>(new server(std::move(made)));
}

server::server(std::unique_ptr<parts> made) : parts_(std::move(made)) {}

server::~server() { stop(); }

reload_outcome server::reload(const reload_asker& who) { return parts_->reload(who); }

std::uint16_t server::port() const { return parts_->wire.port(); }

void server::stop() { parts_->stop(); }

}  // namespace parley::server
