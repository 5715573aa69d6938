// A thread that speaks; libnats' own threads listen, keep the connection and reconnect.
#include "bus/nats.hpp"

#include <fmt/format.h>
#include <nats/nats.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/log.hpp"
#include "bus/envelope.hpp"

namespace parley::bus {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr std::size_t most_waiting = 10'000;
constexpr auto pause = 500ms;     // between two tries to reach a server
constexpr auto patience = 5s;     // until the log says that there is no bus yet
constexpr auto last_words = 500;  // milliseconds, for what waits when the bus stops
constexpr auto ping_every = 3'000;
constexpr int write_deadline = 2'000;
constexpr std::size_t reported_strangers = 1'000;

struct free_options {
    void operator()(natsOptions* one) const { natsOptions_Destroy(one); }
};
struct free_connection {
    void operator()(natsConnection* one) const { natsConnection_Destroy(one); }
};
struct free_subscription {
    void operator()(natsSubscription* one) const { natsSubscription_Destroy(one); }
};
using options_ptr = std::unique_ptr<natsOptions, free_options>;
using connection_ptr = std::unique_ptr<natsConnection, free_connection>;
using subscription_ptr = std::unique_ptr<natsSubscription, free_subscription>;

/// What libnats' callbacks use. They may come while a connection is being taken down, and nothing says when the last
/// one is over: so these stay for good, one for each bus that is opened.
struct ear {
    ear(const nats_options& with, kernel::peer_id self, bus_counters& to)
        : mail(with.prefix, with.key, self), counters(&to) {}

    void take(std::string_view subject, std::string_view payload) {
        const std::lock_guard held(guard);
        if (listener == nullptr) return;
        const auto read = mail.open(subject, payload);
        if (read) {
            ++counters->heard;
            listener->heard(read->from, read->tenant, read->what);
        } else if (read.error().code == "bus_stranger" && counters->strangers++ % reported_strangers == 0) {
            log::warning("somebody says on the bus what is not signed with bus.key", {{"subject", subject}});
        }
    }
    void reached() {
        const std::lock_guard held(guard);
        if (listener == nullptr) return;
        if (!counters->reachable.exchange(true)) log::info("the bus is there");
        is_told_away = false;
        listener->reached();
    }
    void away(const char* why) {
        const std::lock_guard held(guard);
        if (listener == nullptr) return;
        counters->reachable = false;
        tell_away(why);
    }
    /// libnats tries in silence until it has been there once.
    void not_yet_reached() {
        const std::lock_guard held(guard);
        if (listener != nullptr && !counters->reachable) tell_away("it cannot be reached, or refuses us");
    }
    void tell_away(const char* why) {
        if (!std::exchange(is_told_away, true))
            log::warning("the bus is away; other servers' events come by the database", {{"why", why}});
    }

    std::mutex guard;  ///< held while the listener is called
    kernel::bus_listener* listener = nullptr;
    envelopes mail;
    bus_counters* counters;  ///< used while there is a listener
    bool is_told_away = false;
};

ear& new_ear(const nats_options& with, kernel::peer_id self, bus_counters& to) {
    static std::mutex guard;
    static auto& all = *new std::vector<std::unique_ptr<ear>>;  // callbacks may come after main()
    const std::lock_guard held(guard);
    return *all.emplace_back(std::make_unique<ear>(with, self, to));
}

void on_message(natsConnection*, natsSubscription*, natsMsg* what, void* to) {
    static_cast<ear*>(to)->take(
        natsMsg_GetSubject(what),
        {natsMsg_GetData(what), static_cast<std::size_t>(std::max(natsMsg_GetDataLength(what), 0))});
    natsMsg_Destroy(what);
}
void on_reached(natsConnection*, void* to) { static_cast<ear*>(to)->reached(); }
void on_away(natsConnection* from, void* to) {
    const char* why = nullptr;
    if (natsConnection_GetLastError(from, &why) == NATS_OK || why == nullptr) why = "the connection ended";
    static_cast<ear*>(to)->away(why);
}
void on_closed(natsConnection*, void* to) { static_cast<ear*>(to)->away("it refuses us"); }
void on_error(natsConnection*, natsSubscription*, natsStatus, void*) {}  // a lost message; the rest comes as "away"

natsStatus set_files(natsOptions* to, const nats_options& from) {
    natsStatus said = NATS_OK;
    const auto then = [&said](natsStatus next) { said = said == NATS_OK ? next : said; };
    if (!from.credentials.empty()) then(natsOptions_SetUserCredentialsFromFiles(to, from.credentials.c_str(), nullptr));
    if (!from.authorities.empty()) then(natsOptions_LoadCATrustedCertificates(to, from.authorities.c_str()));
    if (!from.certificate.empty())
        then(natsOptions_LoadCertificatesChain(to, from.certificate.c_str(), from.certificate_key.c_str()));
    return said;
}

result<options_ptr> options_for(const nats_options& from, ear& to) {
    natsOptions* made = nullptr;
    auto said = natsOptions_Create(&made);
    options_ptr kept(made);
    const auto then = [&said](natsStatus next) { said = said == NATS_OK ? next : said; };
    std::vector<const char*> urls;
    bool is_secure = false;
    for (const auto& one : from.urls) {
        urls.push_back(one.c_str());
        is_secure = is_secure || one.starts_with("tls://");
    }
    if (said == NATS_OK) {
        then(natsOptions_SetServers(made, urls.data(), static_cast<int>(urls.size())));
        then(natsOptions_SetName(made, "parleyd"));
        if (is_secure) then(natsOptions_SetSecure(made, true));
        then(set_files(made, from));
        then(natsOptions_SetMaxReconnect(made, -1));
        then(natsOptions_SetReconnectWait(made, pause.count()));
        then(natsOptions_SetReconnectJitter(made, 100, 100));
        then(natsOptions_SetRetryOnFailedConnect(made, true, on_reached, &to));
        then(natsOptions_SetPingInterval(made, ping_every));
        then(natsOptions_SetMaxPingsOut(made, 2));
        then(natsOptions_SetWriteDeadline(made, write_deadline));
        then(natsOptions_SetNoEcho(made, true));
        then(natsOptions_SetDisconnectedCB(made, on_away, &to));
        then(natsOptions_SetReconnectedCB(made, on_reached, &to));
        then(natsOptions_SetClosedCB(made, on_closed, &to));
        then(natsOptions_SetErrorHandler(made, on_error, &to));
    }
    if (said == NATS_OK) return kept;
    // Not libnats' own words: they may quote the URL.
    return failure(fault::invalid, "bus_settings",
                   fmt::format("The settings of bus cannot be used: {}.", natsStatus_GetText(said)));
}

class nats_bus final : public kernel::bus {
public:
    nats_bus(ear& hears, options_ptr options, bus_counters& counters)
        : ear_(hears), options_(std::move(options)), counters_(counters) {}
    ~nats_bus() override { nats_bus::stop(); }

    void say(tenant_id tenant, kernel::bus_news what) override {
        {
            const std::lock_guard held(guard_);
            if (stopping_) return;
            // Whoever reads up to the newest position has read the others.
            if (const auto* moved = std::get_if<kernel::log_moved>(&what)) {
                auto& end = moved_[tenant];
                end = std::max(end, moved->end);
            } else if (passing_.size() < most_waiting) {
                passing_.emplace_back(tenant, std::move(what));
            } else {
                ++counters_.dropped;
                return;
            }
        }
        wake_.notify_one();
    }

    void listen(kernel::bus_listener& to) override {
        {
            const std::lock_guard held(ear_.guard);
            ear_.listener = &to;
        }
        thread_ = std::thread([this] { run(); });
    }

    void stop() override {
        {
            const std::lock_guard held(guard_);
            stopping_ = true;
        }
        wake_.notify_one();
        if (thread_.joinable()) thread_.join();
        const std::lock_guard held(ear_.guard);
        ear_.listener = nullptr;
    }

private:
    using waiting = std::pair<tenant_id, kernel::bus_news>;

    void run() {
        const auto began = steady::now();
        for (bool goes_on = true; goes_on;) {
            if (!counters_.reachable && steady::now() - began >= patience) ear_.not_yet_reached();
            // After the same refusal twice libnats gives up; the operator may yet put it right.
            if ((!connection_ || natsConnection_IsClosed(connection_.get())) && steady::now() >= next_try_) connect();
            std::vector<waiting> now;
            {
                std::unique_lock held(guard_);
                wake_.wait_for(held, pause, [this] { return stopping_ || !moved_.empty() || !passing_.empty(); });
                for (const auto& [tenant, end] : std::exchange(moved_, {}))
                    now.emplace_back(tenant, kernel::log_moved{end});
                for (auto& one : std::exchange(passing_, {})) now.push_back(std::move(one));
                goes_on = !stopping_;
            }
            for (const auto& [tenant, what] : now) publish(tenant, what);
        }
        if (connection_ && natsConnection_Status(connection_.get()) == NATS_CONN_STATUS_CONNECTED)
            natsConnection_FlushTimeout(connection_.get(), last_words);
        subscription_.reset();
        connection_.reset();
    }

    void connect() {
        subscription_.reset();
        connection_.reset();
        next_try_ = steady::now() + pause;
        natsConnection* made = nullptr;
        const auto said = natsConnection_Connect(&made, options_.get());
        connection_.reset(made);
        if (!connection_) return ear_.away(natsStatus_GetText(said));
        natsSubscription* hears = nullptr;
        const auto all = ear_.mail.everything();
        if (natsConnection_Subscribe(&hears, made, all.c_str(), on_message, &ear_) != NATS_OK)
            return connection_.reset();
        subscription_.reset(hears);
        if (said == NATS_OK) ear_.reached();
    }

    void publish(tenant_id tenant, const kernel::bus_news& what) {
        const auto letter = ear_.mail.seal(tenant, what);
        const auto size = static_cast<std::int64_t>(letter.payload.size());
        // What waited for a connection would be old when it came; whoever missed it hears of it otherwise.
        const bool can = connection_ && natsConnection_Status(connection_.get()) == NATS_CONN_STATUS_CONNECTED &&
                         size <= natsConnection_GetMaxPayload(connection_.get());
        if (can && natsConnection_Publish(connection_.get(), letter.subject.c_str(), letter.payload.data(),
                                          static_cast<int>(size)) == NATS_OK)
            ++counters_.said;
        else
            ++counters_.dropped;
    }

    ear& ear_;
    const options_ptr options_;
    bus_counters& counters_;

    std::mutex guard_;  ///< of the next three
    std::unordered_map<tenant_id, position> moved_;
    std::deque<waiting> passing_;
    bool stopping_ = false;
    std::condition_variable wake_;

    // The thread's own.
    connection_ptr connection_;
    subscription_ptr subscription_;
    steady::time_point next_try_;
    std::thread thread_;
};

}  // namespace

result<std::unique_ptr<kernel::bus>> open_nats(const nats_options& from, bus_counters& counters) {
    if (from.key.empty())
        return failure(fault::invalid, "bus_settings", "bus.url needs bus.key, the same at all servers.", "bus.key");
    if (from.certificate.empty() != from.certificate_key.empty())
        return failure(fault::invalid, "bus_settings", "bus.certificate and bus.certificate_key need each other.");
    auto& hears = new_ear(from, new_peer(), counters);
    auto options = options_for(from, hears);
    if (!options) return std::unexpected(options.error());
    return std::make_unique<nats_bus>(hears, std::move(*options), counters);
}

}  // namespace parley::bus
