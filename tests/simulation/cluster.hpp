// Several servers on one database, the bus between them that loses, doubles and delays, and people's devices.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "kernel/testing/random_life.hpp"
#include "simulation/device.hpp"

namespace parley::simulation {

class cluster final : public kernel::event_sink {
public:
    explicit cluster(std::uint64_t seed);
    ~cluster() override;

    /// Somebody does something, a server is killed or cut off, news arrive, a device reads on: one of these.
    void step();
    /// Everything heals, and everybody hears everything; then all that must hold is looked at.
    void come_to_rest();

    testing::random_life life;
    /// What happened, for the message of a failure.
    [[nodiscard]] const std::string& last() const { return last_; }
    /// How often what happened, so that it can be seen that nothing was left out.
    [[nodiscard]] const std::map<std::string, int>& counts() const { return counts_; }

    void committed(tenant_id, std::span<const std::shared_ptr<const event>>) override;

private:
    /// One server: what its threads share is in its room, what is on its way to it in `coming`.
    struct server {
        std::unique_ptr<transport::local_room> room = std::make_unique<transport::local_room>();
        position heard = 0;
        bool is_cut_off = false;
        /// Own commits, in order.
        std::deque<std::vector<std::shared_ptr<const event>>> own;
        /// What others say: the log reaches so far. In any order.
        std::vector<position> coming;
    };
    struct stay {
        position from = 0;
        position to = 0;  ///< 0: it lasts
    };

    void act();
    void arrive();
    void kill_a_server();
    void cut_or_heal();
    void move_a_device();
    void forget_old_events();

    void hear_own(server&);
    void read_up_to(server&, position end);
    void start(server&);
    void disconnect_from(const server&);
    void note_stays(const event&);
    void expect_may_hear(user_id, const boost::json::object& event) const;
    void check_devices();
    void check_rows();
    void happened(const std::string& what) {
        ++counts_[what], last_ = what;
        trace(what, ", the log ends at ", life.inn.log_end());
    }

    std::vector<server> servers_;
    std::size_t acting_ = 0;  ///< which of them runs the job
    std::vector<std::unique_ptr<device>> devices_;
    std::map<std::pair<conversation_id, user_id>, std::vector<stay>> stays_;
    std::string last_;
    std::map<std::string, int> counts_;
};

}  // namespace parley::simulation
