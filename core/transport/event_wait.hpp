// A request that is answered as soon as something is said: how those follow the log whom no WebSocket reaches.
#pragma once

#include <boost/json/array.hpp>
#include <memory>
#include <optional>

#include "kernel/follow_log.hpp"
#include "transport/local_room.hpp"
#include "transport/operation.hpp"

namespace parley::transport {

class hub;

/// Entries of the log that are read when nobody says how many.
inline constexpr std::int64_t usual_events = 200;

/// What is answered of a page of the log.
[[nodiscard]] boost::json::object present(const kernel::event_page&);

/// One call of `events.wait`. It listens on one I/O thread, as a WebSocket does, and everything but reading runs there.
/// What is said only wakes it; what it answers is read from the log, so nothing can be missed or come twice, and from
/// what the room told lately, also since the request before.
class event_wait final : public listener, public std::enable_shared_from_this<event_wait> {
public:
    event_wait(hub& room, unsigned thread, call it);

    /// Once. Answers after `longest` at the latest.
    void begin(std::chrono::seconds longest);

    // listener
    void deliver(const shared_frame&) override { wake(); }
    void deliver(const shared_run&) override { wake(); }
    void account_changed() override { wake(); }
    void memberships_changed() override { wake(); }
    void lost_the_thread() override { wake(); }
    void token_ended(token_id token) override {
        if (token == it_.session) wake();
    }
    void time_passed(moment now) override {
        if (now >= until_) wake();
    }
    void settings_changed() override;

private:
    struct look {
        boost::json::object body;
        std::size_t events = 0;
        position upto = 0;
        position log_end = 0;
        moment session_until{};
        std::vector<conversation_id> in;
        std::optional<kernel::hearing> hears;  ///< at the log's end, when there was nothing
    };

    template <class Work>
    void guarded(Work&&);
    void listen_in(std::chrono::seconds longest);
    void look_into_log();
    [[nodiscard]] result<look> read(kernel::reading&) const;
    void take(result<look>);
    [[nodiscard]] boost::json::array passing(const look&) const;
    void listen(look);
    void wake();
    void end(result<answer>);
    void stop();
    [[nodiscard]] local_room& local() const;

    hub& room_;
    unsigned thread_;
    call it_;
    position since_ = 0;
    std::int64_t heard_ = 0;  ///< of what is in no log
    moment until_{};
    bool expects_ = false;     ///< the room keeps what is said meanwhile
    bool listens_ = false;     ///< has a seat in the room
    bool is_here_ = false;     ///< counts as a device
    bool is_woken_ = false;    ///< will be answered after one more look
    bool looks_last_ = false;  ///< and that look has begun
    bool is_over_ = false;
};

}  // namespace parley::transport
