// The kinds of conversation and what each lets whom do. Open: plugins register more.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "model/permission.hpp"

namespace parley::kernel {

/// Who of a conversation's people may do a thing by being who they are there; a permission may allow it besides.
enum class party : std::uint8_t { nobody = 1, members, admins };

/// A kind's default policy and how clients should show it.
struct conversation_kind {
    std::string name;
    std::string sentence;
    std::optional<permission> made_with;  ///< what making one takes; nothing: only the system and plugins make it
    permission managed_with = permission::channels_manage;  ///< stands in for being an admin of the conversation
    party writes = party::members;
    party adds_members = party::members;
    party leaves = party::members;
    party removes_messages = party::members;  ///< own messages; in a group only admins remove
    int least_members = 1;
    int most_members = 0;        ///< 0: as many as the tenant's setting allows
    bool named = false;          ///< has a name, topic and description
    bool listed = false;         ///< may be open to those who browse
    bool one_per_party = false;  ///< create-or-get: the same people have one
    boost::json::object view_hints;
    /// Whether conversations of it can be made in this tenant; those that are there stay what they are. Any thread.
    /// Empty: everywhere.
    std::function<bool(std::string_view tenant_name)> is_on{};
};

[[nodiscard]] inline bool is_on(const conversation_kind& of, std::string_view tenant_name) {
    return !of.is_on || of.is_on(tenant_name);
}

class kind_registry {
public:
    /// With the kernel's own kinds.
    kind_registry();

    /// Refuses a name that is taken. Called at start only.
    [[nodiscard]] result<void> add(conversation_kind kind);
    [[nodiscard]] const conversation_kind* find(std::string_view name) const;
    /// In order of registration; addresses stay.
    [[nodiscard]] const std::deque<conversation_kind>& all() const { return kinds_; }

private:
    std::deque<conversation_kind> kinds_;
};

}  // namespace parley::kernel
