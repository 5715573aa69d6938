// The conversation of one visitor with those who answer.
#pragma once

#include <mutex>
#include <parley/plugin.hpp>
#include <set>
#include <utility>

#include "settings.hpp"

namespace widget {

namespace sdk = parley::sdk;

struct opened {
    sdk::id conversation;
    bool created = false;  ///< false: it was there
};
BOOST_DESCRIBE_STRUCT(opened, (), (conversation, created))

/// Thread: any.
class door {
public:
    /// The caller's conversation that this plugin made and nobody has archived; made when there is none, with the
    /// plugin's own account as its owner. Two that ask for the same visitor at once get one: the second is refused.
    [[nodiscard]] sdk::task<opened> open(sdk::call call);

private:
    using visitor = std::pair<sdk::id, sdk::id>;  // tenant, user

    /// As long as it lives, nobody else opens for the same visitor.
    class turn {
    public:
        turn(door& at, visitor who);
        ~turn();
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        [[nodiscard]] bool taken() const { return taken_; }

    private:
        door& at_;
        visitor who_;
        bool taken_;
    };

    static sdk::task<sdk::ids<50>> staff_of(sdk::call call);

    std::mutex mutex_;
    std::set<visitor> opening_;
};

}  // namespace widget
