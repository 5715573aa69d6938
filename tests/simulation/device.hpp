// A device of somebody: connected to a server or not, resuming or live, and what it knows.
#pragma once

#include <functional>
#include <iostream>
#include <optional>

#include "kernel/testing/model_client.hpp"
#include "transport/local_room.hpp"

namespace parley::simulation {

namespace testing = kernel::testing;

/// Whether everything that happens is said on the standard output.
inline bool is_traced = false;
template <class... Words>
void trace(const Words&... words) {
    if (!is_traced) return;
    (std::cout << ... << words) << std::endl;
}

/// Does what a connection does (transport/chat_session.cpp), one step at a time, so that anything may happen in
/// between.
class device final : public transport::listener {
public:
    /// Asked with each event that arrives: whether it may.
    using witness = std::function<void(user_id, const boost::json::object& event)>;

    device(testing::house& at, user_id me, witness seen)
        : house_(at), me_(me), client_(at, me), seen_(std::move(seen)) {
        client_.start_afresh();
    }

    /// To a server's room, which has to be left before it goes.
    void connect(transport::local_room& to);
    /// The connection is over, from whichever side.
    void disconnect();
    /// One page of the log, the way into the room, rights to be looked up again, or nothing.
    void step(int page);

    [[nodiscard]] bool is_connected() const { return room_ != nullptr; }
    [[nodiscard]] bool is_at(const transport::local_room& one) const { return room_ == &one; }
    [[nodiscard]] bool is_live() const { return live_; }
    /// Has something to do before it is at rest.
    [[nodiscard]] bool is_busy() const { return room_ == nullptr || !live_ || stale_ || cut_; }
    [[nodiscard]] const testing::model_client& client() const { return client_; }
    [[nodiscard]] user_id whose() const { return me_; }

    // listener
    void deliver(const transport::shared_frame&) override;
    void account_changed() override { stale_ = true; }
    void memberships_changed() override {}
    void lost_the_thread() override {
        trace("  ", this, " is cut off");
        cut_ = true;
    }
    void token_ended(token_id) override {}
    void time_passed(moment) override {}

private:
    void read_on(int page);
    void tell(const char* how, const boost::json::object& event) const;

    testing::house& house_;
    user_id me_;
    testing::model_client client_;
    witness seen_;
    transport::local_room* room_ = nullptr;
    std::optional<kernel::hearing> hears_;  ///< read with the last page, until the room is joined
    bool live_ = false;
    bool stale_ = false;  ///< rights are to be looked up
    bool cut_ = false;    ///< by the server, and not noticed yet
};

}  // namespace parley::simulation
