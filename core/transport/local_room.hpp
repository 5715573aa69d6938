// One I/O thread's share of the room: who listens to what there, and what was said lately.
#pragma once

#include <deque>
#include <limits>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "kernel/follow_log.hpp"
#include "transport/encoded_event.hpp"

namespace parley::transport {

/// A connection that hears events. Called on its thread.
class listener {
public:
    virtual ~listener() = default;
    virtual void deliver(const shared_frame&) = 0;
    /// Several, in order.
    virtual void deliver(const shared_run& frames) {
        for (const auto& one : frames->frames()) deliver(one);
    }
    /// Its user's role or state changed: rights must be looked up again.
    virtual void account_changed() = 0;
    /// Its user is in another set of conversations now.
    virtual void memberships_changed() = 0;
    /// Something was missed that cannot be made good here: the client must resume.
    virtual void lost_the_thread() = 0;
    /// The token it came with is good no more.
    virtual void token_ended(token_id) = 0;
    /// It is this late: a session may be over. About once a second.
    virtual void time_passed(moment now) = 0;
    /// What is said of its tenant may be another now.
    virtual void settings_changed() {}
};

/// What is told to those who are there and stands in no log.
struct passing_news {
    tenant_id tenant;
    std::shared_ptr<const std::vector<conversation_id>> in;  ///< those who listen to one of these hear it
    user_id except;
    shared_frame frame;
    std::size_t most = std::numeric_limits<std::size_t>::max();  ///< not in conversations with more listeners here
    std::int64_t number = 0;                                     ///< grows
};

/// Used on its own I/O thread only.
class local_room {
public:
    using batch = std::vector<std::shared_ptr<const encoded_event>>;

    /// New events of a tenant, in order. When it throws, for want of memory, nobody hears anything more before it has
    /// been told that it lost the thread.
    void hear(tenant_id, const batch&);
    /// Tells them. To be called now and then, as it may be that nothing is said any more.
    void mend();

    /// Somebody is about to join: from now on keeps what is said, so that join() can go on from it.
    void expect(tenant_id);
    void expect_no_more(tenant_id);

    /// Listens from `at` on, where `hears` is true. Delivers what was said since; answers false, and does nothing,
    /// when that is not known here any more: then the log must be read further first.
    [[nodiscard]] bool join(tenant_id, listener&, kernel::hearing hears, position at);
    void leave(tenant_id, listener&);

    /// What the listener may see changed, while where it listens did not.
    void take_rights(tenant_id, const listener&, const kernel::ear& fresh);

    /// The conversations a listener hears.
    [[nodiscard]] std::vector<conversation_id> conversations_of(tenant_id, const listener&) const;
    [[nodiscard]] bool hears(tenant_id, const listener&, conversation_id) const;

    /// Gives it once to everybody who should hear it, and keeps it a while for those who are away between two requests.
    void tell(const passing_news&);
    /// Of the last that was told; 0 before the first.
    [[nodiscard]] std::int64_t told_last() const { return told_.empty() ? 0 : told_.back().number; }
    /// What was told after that number and would be heard by somebody who listens to these conversations.
    [[nodiscard]] std::vector<shared_frame> told_since(std::int64_t number, tenant_id, user_id,
                                                       std::span<const conversation_id> in) const;

    [[nodiscard]] std::size_t listeners() const;

private:
    static constexpr position unknown = -1;  ///< nothing was heard yet, and nobody joined

    struct seat {
        listener* whose = nullptr;
        kernel::hearing hears;
        position at = 0;  ///< heard up to here
    };
    struct tenant_room {
        position last = unknown;  ///< heard up to here
        int expected = 0;
        bool is_torn = false;  ///< some may not have heard everything
        std::deque<std::shared_ptr<const encoded_event>> recent;
        std::unordered_map<const listener*, seat> seats;  // their addresses stay
        std::unordered_map<conversation_id, std::vector<seat*>> members;
        std::unordered_map<user_id, std::vector<seat*>> users;
    };

    using run = std::span<const std::shared_ptr<const encoded_event>>;

    static void say(tenant_room&, const batch&);
    static void break_off(tenant_room&);
    static void mend(tenant_room&);
    [[nodiscard]] static bool notice(tenant_room&, const std::shared_ptr<const encoded_event>&);
    static void give_run(tenant_room&, run);
    static void give_one_by_one(tenant_room&, listener*, run);
    static void take_seat(tenant_room&, seat);
    static void give(tenant_room&, seat&, const encoded_event&);
    static void give_to_hearers(tenant_room&, const encoded_event&);
    static void follow(tenant_room&, seat&, const event&);
    [[nodiscard]] const seat* find_seat(tenant_id, const listener&) const;
    [[nodiscard]] static bool is_told_in(const tenant_room*, const passing_news&, conversation_id);

    std::unordered_map<tenant_id, tenant_room> rooms_;
    bool are_torn_ = false;          // some of them, perhaps
    std::deque<passing_news> told_;  // of all tenants, so that it is bounded however many there are
};

}  // namespace parley::transport
