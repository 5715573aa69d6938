// Looks for the visitor's conversation with the visitor's own rights, and makes one with the plugin's.
#include "door.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace widget {
namespace {

/// What is made here. The kernel lets nobody but holders of contacts.open make it, so a visitor cannot.
const std::string contact = "contact";

struct account {
    sdk::id id;
    std::string username;
    std::string display_name;
    bool disabled = false;
};
BOOST_DESCRIBE_STRUCT(account, (), (id, username, display_name, disabled))

struct account_page {
    std::vector<account> users;
};
BOOST_DESCRIBE_STRUCT(account_page, (), (users))

struct conversation {
    sdk::id id;
    std::string kind;
    std::optional<sdk::id> creator;
    std::optional<std::string> archived_at;
};
BOOST_DESCRIBE_STRUCT(conversation, (), (id, kind, creator, archived_at))

struct entry {
    widget::conversation conversation;
};
BOOST_DESCRIBE_STRUCT(entry, (), (conversation))

struct entries {
    std::vector<entry> conversations;
};
BOOST_DESCRIBE_STRUCT(entries, (), (conversations))

struct find_people {
    std::string prefix;
    std::int64_t limit = 100;
};
BOOST_DESCRIBE_STRUCT(find_people, (), (prefix, limit))

struct new_contact {
    std::string kind = contact;
    std::string name;
    std::string model;
    sdk::ids<51> members;
};
BOOST_DESCRIBE_STRUCT(new_contact, (), (kind, name, model, members))

}  // namespace

door::turn::turn(door& at, visitor who) : at_(at), who_(who) {
    const std::lock_guard lock(at_.mutex_);
    taken_ = at_.opening_.insert(who_).second;
}

door::turn::~turn() {
    if (!taken_) return;
    const std::lock_guard lock(at_.mutex_);
    at_.opening_.erase(who_);
}

sdk::task<opened> door::open(sdk::call call) {
    const turn mine(*this, visitor{call.tenant, call.user});
    if (!mine.taken())
        co_return sdk::conflict("widget_opening", "The conversation is being opened by another request; ask again.");
    const sdk::json::object nothing;
    const auto me = co_await call.invoke_as_plugin<account>("user.me", nothing);
    const auto all = co_await call.invoke<entries>("conversation.list", nothing);
    for (const auto& one : all.conversations)
        if (one.conversation.creator == me.id && one.conversation.kind == contact && !one.conversation.archived_at)
            co_return opened{one.conversation.id, false};

    const auto visits = co_await call.invoke<account>("user.me", nothing);
    auto staff = staff_of(call);
    const auto answers = co_await std::move(staff);
    if (answers.empty())
        co_return sdk::unavailable("widget_unstaffed",
                                   "Nobody is there to answer: the setting widget.staff names none.");
    new_contact wanted;
    wanted.name = visits.display_name.empty() ? visits.username : visits.display_name;
    wanted.model = call.settings<settings>()->model;
    wanted.members.assign(answers.begin(), answers.end());
    wanted.members.push_back(visits.id);
    const auto made = co_await call.invoke_as_plugin<entry>("conversation.create", wanted);
    co_return opened{made.conversation.id, true};
}

/// Those of the setting who have an account that works; the others are told to the operator.
sdk::task<sdk::ids<50>> door::staff_of(sdk::call call) {
    const auto here = call.settings<settings>();
    sdk::ids<50> found;
    for (const auto& name : here->staff) {
        const find_people wanted{name, 100};
        const auto page = co_await call.invoke_as_plugin<account_page>("user.list", wanted);
        const auto one = std::find_if(page.users.begin(), page.users.end(),
                                      [&](const auto& who) { return who.username == name && !who.disabled; });
        if (one != page.users.end())
            found.push_back(one->id);
        else
            sdk::log::warning("widget.staff names somebody who is not there",
                              {{"tenant", call.tenant_name}, {"username", name}});
    }
    co_return found;
}

}  // namespace widget
