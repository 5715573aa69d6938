// Brings committed events and passing ones (presence, typing) to every thread's room.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kernel/bus.hpp"
#include "kernel/environment.hpp"
#include "kernel/neighbours.hpp"
#include "kernel/presence_board.hpp"
#include "transport/live.hpp"
#include "transport/local_room.hpp"

namespace parley::transport {

class authenticator;
class event_wait;
class http_server;

/// One for the server. Hears events from the store's writing thread and hands each batch to each I/O thread once.
class hub final : public kernel::event_sink, public live {
public:
    hub(const clock& time, const kernel::settings_source& settings);
    ~hub() override;

    /// Before the server starts; `wire` must outlive the last call of anything here but the destructor.
    void attach(http_server& wire);
    /// Once there is one: who is told which sessions are no more, or not the same. Outlives the last event.
    void tell_of_sessions(authenticator& who) { who_ = &who; }
    /// How long a request waits for events at most.
    void wait_at_most(std::chrono::seconds most) { longest_wait_ = most; }
    /// Where there are other servers, before the server starts: typing and presence are told to them. `to` outlives
    /// the wire.
    void tell_others(kernel::bus& to);
    /// What another server said of typing, presence and itself, and that the bus can be reached. Any thread.
    void heard(kernel::peer_id, tenant_id, const kernel::bus_news&);
    void bus_reached();
    /// After the server has started: typing and presence begin to end by themselves.
    void start();
    /// Other settings are in force: who is in a tenant that is closed now has to go. Any thread.
    void settings_changed();
    /// Tells every client that it should come back after about that long, and lets the timers go.
    void drain(std::chrono::milliseconds reconnect_in);

    // kernel::event_sink
    void committed(tenant_id, std::span<const std::shared_ptr<const event>>) override;

    // live
    void typing(tenant_id, conversation_id, user_id, std::chrono::seconds lasts) override;
    void stopped_typing(tenant_id, conversation_id, user_id) override;
    void choose_presence(tenant_id, user_id, kernel::presence) override;
    void presence_of(tenant_id, std::vector<user_id>,
                     std::move_only_function<void(std::vector<seen_presence>)>) override;
    void attendance_of(tenant_id, std::move_only_function<void(kernel::presence_board::attendance)>) override;
    void wait_for_events(call) override;
    void session_changed(token_id) override;

    // For connections, each on its own thread.
    [[nodiscard]] local_room& room(unsigned thread) { return *rooms_[thread]; }
    /// Runs `work` on that thread after a while.
    void later(unsigned thread, std::chrono::milliseconds, std::move_only_function<void()> work);
    void post(unsigned thread, std::move_only_function<void()> work);
    [[nodiscard]] const clock& time() const { return time_; }
    void opened(unsigned thread, listener&);
    void closed(unsigned thread, listener&);

    /// A device of the user: here, somewhere else in the tenant, doing something, gone. Any thread.
    struct device {
        tenant_id tenant;
        std::string tenant_name;
        user_id user;
        std::uint64_t number = 0;
    };
    void arrived(device, std::vector<conversation_id> in);
    void moved(const device&, std::vector<conversation_id> in);
    void active(const device&);
    void went(const device&);

    // For requests that wait for events, each on its own thread. It is kept until it is let go of, and told at once
    // when the server drains.
    void keep(unsigned thread, const std::shared_ptr<event_wait>&);
    void let_go(unsigned thread, const std::shared_ptr<event_wait>&);
    /// What was told to everybody on that thread when the server began to drain; null before.
    [[nodiscard]] shared_frame farewell(unsigned thread) const { return farewells_[thread]; }
    /// A session without a connection asks again and again: it is a device of its user from the first time until it has
    /// not asked for a while. Any thread; each `asked` is followed by an `answered`.
    enum class doing : std::uint8_t { nothing = 1, something };
    void asked(device, token_id, std::vector<conversation_id> in, doing);
    void answered(token_id);

private:
    struct whereabouts {
        std::string tenant_name;
        std::unordered_map<user_id, std::vector<conversation_id>> people;
    };

    struct asker {
        device who;
        int waits = 0;
        moment last{};  ///< answered
    };

    void end_sessions(std::span<const std::shared_ptr<const event>>);
    void token_ended(token_id);

    // On thread 0 only.
    void tell(const std::optional<kernel::presence_change>&);
    void tell(const kernel::typing_change&);
    void tell(const std::vector<kernel::presence_change>&);
    void tell(passing_news);
    void tick();
    void miss_askers();
    void arm() noexcept;
    // hub_bus.cpp, where there is a bus.
    void take(kernel::peer_id, tenant_id, const kernel::typing_news&);
    void take(kernel::peer_id, tenant_id, const kernel::presence_news&);
    void take(kernel::peer_id, tenant_id, const kernel::sign_of_life&);
    void take(kernel::peer_id, tenant_id, const kernel::log_moved&) {}
    void say_what_changed();
    void say_who_is_here(std::span<const std::pair<tenant_id, user_id>>);
    void look_after_neighbours();

    const clock& time_;
    const kernel::settings_source& settings_;
    std::atomic<authenticator*> who_ = nullptr;
    http_server* wire_ = nullptr;
    std::vector<std::unique_ptr<local_room>> rooms_;
    std::vector<std::unordered_set<listener*>> open_;                     // one set a thread
    std::vector<std::unordered_set<std::shared_ptr<event_wait>>> waits_;  // one set a thread
    std::vector<shared_frame> farewells_;                                 // one a thread, once the server drains
    std::chrono::seconds longest_wait_{20};
    kernel::presence_board board_;
    std::unordered_map<token_id, asker> askers_;
    std::unordered_map<tenant_id, whereabouts> where_;
    kernel::bus* bus_ = nullptr;  ///< null: this is the only server
    kernel::neighbours neighbours_;
    unsigned ticks_ = 0;
    std::int64_t told_ = 0;  ///< number of the last passing thing
    std::unique_ptr<boost::asio::steady_timer> timer_;
};

/// A frame of a type that is not in the log.
[[nodiscard]] shared_frame passing_frame(std::string_view type, conversation_id, boost::json::object data);

}  // namespace parley::transport
