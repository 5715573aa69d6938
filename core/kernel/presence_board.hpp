// Who is here and who is typing. In memory only; used from one thread.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace parley::kernel {

enum class presence : std::uint8_t { offline = 1, online, away, busy };
[[nodiscard]] std::string_view name_of(presence);
/// What a client may ask for: online, away, busy.
[[nodiscard]] std::optional<presence> parse_presence(std::string_view);

struct presence_state {
    presence shown = presence::offline;
    std::optional<moment> last_active;
    friend bool operator==(const presence_state&, const presence_state&) = default;
};

/// One run of a server, as long as it lives; never 0.
using peer_id = std::int64_t;

/// What one server knows of a user's devices by itself. Times are ages, because clocks differ between servers.
struct presence_share {
    user_id user;
    std::uint32_t devices = 0;  ///< 0: none any more
    bool idle = false;          ///< none of them did anything for long
    std::optional<std::chrono::milliseconds> active_ago;
    std::optional<presence> chosen;                       ///< nothing: what the devices say
    std::optional<std::chrono::milliseconds> chosen_ago;  ///< nothing: nobody ever chose
    std::vector<conversation_id> in;                      ///< where the user is a member, as far as that is told
    friend bool operator==(const presence_share&, const presence_share&) = default;
};

/// A change that others should hear of.
struct presence_change {
    tenant_id tenant;
    user_id user;
    presence_state now;
};

struct typing_change {
    tenant_id tenant;
    conversation_id conversation;
    user_id user;
    bool started = false;
};

/// Several devices of a user count as one: the most present one is shown, unless somebody chose otherwise. Devices at
/// other servers count like those here; a server that says nothing for too long has none.
class presence_board {
public:
    explicit presence_board(const clock& time) : time_(time) {}

    /// A device came. Answers the change if the user looks different now.
    [[nodiscard]] std::optional<presence_change> arrived(tenant_id, user_id, std::uint64_t device);
    [[nodiscard]] std::optional<presence_change> went(tenant_id, user_id, std::uint64_t device);
    /// A device did something: away by itself ends.
    [[nodiscard]] std::optional<presence_change> active(tenant_id, user_id, std::uint64_t device);
    /// The user chose; online takes the choice back. Without a device here, nothing changes.
    [[nodiscard]] std::optional<presence_change> choose(tenant_id, user_id, presence);
    /// Users without activity on any device for `after` become away.
    [[nodiscard]] std::vector<presence_change> turn_away(tenant_id, std::chrono::seconds after);

    [[nodiscard]] presence_state of(tenant_id, user_id) const;

    /// From now on remembers whose share changed, for take_changed().
    void tell_others() { tells_ = true; }
    [[nodiscard]] std::vector<std::pair<tenant_id, user_id>> take_changed();
    /// The user is to be told of again, though its devices are the same.
    void mark_changed(tenant_id, user_id);
    /// Everybody who has a device at this server.
    [[nodiscard]] std::vector<std::pair<tenant_id, user_id>> here() const;
    [[nodiscard]] bool is_here(tenant_id, user_id) const;
    /// What this server knows by itself; `in` is left to the caller.
    [[nodiscard]] presence_share share_of(tenant_id, user_id) const;
    /// What another server knows; good until it is said anew, or for `lasts`.
    [[nodiscard]] std::optional<presence_change> heard(peer_id, tenant_id, const presence_share&,
                                                       std::chrono::seconds lasts);
    /// That server is no more, and its devices with it.
    [[nodiscard]] std::vector<presence_change> lost(peer_id);
    /// Shares that were not said anew in time.
    [[nodiscard]] std::vector<presence_change> expire_shares();

    /// Who has a device, here or at another server, and how many devices that are.
    struct attendance {
        std::size_t people = 0;
        std::size_t devices = 0;
    };
    [[nodiscard]] attendance of(tenant_id) const;

    /// Starts or renews; it ends by itself after `lasts`. Answers whether others should hear (it was not going on).
    [[nodiscard]] std::optional<typing_change> typing(tenant_id, conversation_id, user_id, std::chrono::seconds lasts);
    [[nodiscard]] std::optional<typing_change> stopped_typing(tenant_id, conversation_id, user_id);
    /// Those whose time is over.
    [[nodiscard]] std::vector<typing_change> expire_typing();

private:
    struct far_devices {
        std::uint32_t count = 0;
        bool idle = false;
        moment until;
    };
    struct person {
        std::unordered_map<std::uint64_t, moment> devices;  ///< when each was last active
        std::unordered_map<peer_id, far_devices> elsewhere;
        std::optional<presence> chosen;
        std::optional<moment> chosen_at;
        std::optional<moment> last_active;
        presence shown = presence::offline;
        bool idle = false;
    };
    struct writer {
        user_id user;
        moment until;
    };
    using people = std::unordered_map<user_id, person>;

    [[nodiscard]] std::optional<presence_change> settle(tenant_id, user_id, person&);
    template <class IsOver>
    std::vector<presence_change> forget_far(IsOver);

    const clock& time_;
    bool tells_ = false;
    std::unordered_map<tenant_id, std::unordered_set<user_id>> changed_;
    std::unordered_map<tenant_id, people> people_;
    std::unordered_map<tenant_id, std::unordered_map<conversation_id, std::vector<writer>>> typing_;
};

}  // namespace parley::kernel
