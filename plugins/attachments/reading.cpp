// Unknown and hidden are the same answer.
#include "reading.hpp"

#include "gates.hpp"
#include "rows.hpp"

namespace attachments {
namespace {

/// The part of the API's message that matters here.
struct message_state {
    std::optional<std::string> deleted_at;
};
BOOST_DESCRIBE_STRUCT(message_state, (), (deleted_at))

struct one_message {
    sdk::id message;
};
BOOST_DESCRIBE_STRUCT(one_message, (), (message))

shown_files page_of(const std::vector<file_ptr>& rows, std::int64_t limit, sdk::id viewer) {
    shown_files page;
    for (const auto& one : rows) page.files.push_back(show(*one, viewer));
    page.more = static_cast<std::int64_t>(rows.size()) > limit;
    if (page.more) page.files.pop_back();
    return page;
}

std::string word_of(const auto& chosen) { return chosen ? std::string(name_of(*chosen)) : std::string(); }

}  // namespace

sdk::task<shown_files> reading::list(sdk::call call, list_request in) const {
    const auto limit = in.limit ? std::int64_t{*in.limit} : 50;
    const bool mine = in.mine.value_or(false);
    if (in.state && *in.state != file_state::ready && !mine)
        co_return sdk::invalid("state", "state_own_only",
                               "Only what is one's own is listed in other states: say mine.");
    list_wanted wanted{.tenant = call.tenant,
                       .conversation = in.conversation,
                       .own_of = {},
                       .category = word_of(in.category),
                       .state = word_of(in.state),
                       .before = in.before,
                       .limit = limit};
    if (mine) wanted.own_of = call.user;
    const auto rows = co_await call.storage([&](odb::database& db) { return list_files(db, wanted); });
    co_return page_of(rows, limit, call.user);
}

sdk::task<bool> reading::sees_message(sdk::call call, std::int64_t message) const {
    if (message == 0) co_return false;
    const one_message which{sdk::id(message)};
    const auto seen = co_await call.invoke<message_state>("message.get", which).as_result();
    if (!seen && seen.error().status != PARLEY_NOT_FOUND && seen.error().status != PARLEY_FORBIDDEN)
        co_return seen.error();
    co_return seen && !seen->deleted_at;
}

sdk::task<file_row> reading::require_known(sdk::call call, sdk::id file) const {
    const auto row = co_await call.storage([&](odb::database& db) { return find_file(db, call.tenant, file); });
    if (row == nullptr || state_of(*row) == file_state::kept) co_return no_such_file();
    if (call.user && row->uploader == call.user.number()) co_return *row;
    const bool is_seen = state_of(*row) == file_state::ready && co_await sees_message(call, row->message);
    if (!is_seen) co_return no_such_file();
    co_return *row;
}

sdk::task<file_row> reading::require_content(sdk::call call, sdk::id file) const {
    auto row = co_await require_known(call, file);
    if (state_of(row) != file_state::ready) co_return no_such_file();
    co_return row;
}

sdk::task<shown_file> reading::get(sdk::call call, one_file in) const {
    const auto row = co_await require_known(call, in.file);
    co_return show(row, call.user);
}

sdk::task<shown_files> reading::versions(sdk::call call, one_file in) const {
    const auto row = co_await require_known(call, in.file);
    const sdk::id first(row.version_of == 0 ? row.id : row.version_of);
    auto rows = co_await call.storage([&](odb::database& db) {
        const auto found = find_file(db, call.tenant, first);
        return found == nullptr ? std::vector<file_ptr>{} : versions_of(db, *found);
    });
    std::erase_if(rows, [&](const file_ptr& one) {
        return one->uploader != call.user.number() && state_of(*one) != file_state::ready;
    });
    co_return page_of(rows, static_cast<std::int64_t>(rows.size()), call.user);
}

sdk::task<shown_file> reading::remove(sdk::call call, one_file in) const {
    const auto row = co_await require_known(call, in.file);
    const bool mine = row.uploader == call.user.number();
    if (!mine && call.name == "file.delete") co_return sdk::forbidden("file_not_yours", "It is somebody else's file.");
    if (row.held != 0)
        co_return sdk::conflict("file_held", "Its message waits for a verdict; withdraw the message instead.");
    co_await call.storage([&](sdk::transaction& t) -> sdk::result<void> {
        const auto now = require_file(t.db(), call.tenant, in.file);
        if (!now) return now.error();
        remove_file(t, **now, true);
        return {};
    });
    in_.count.removed.add();
    co_await messages_.bury(call);
    co_return show(row, call.user);
}

sdk::task<shown_usage> reading::own_usage(sdk::call call) const {
    const holder who{call.tenant.number(), call.model, call.user.number()};
    const auto here = call.settings<settings>();
    const auto all = co_await call.storage([&](odb::database& db) { return usage_of(db, who, *here); });
    co_return shown_usage{all.user};
}

sdk::task<usages> reading::tenant_usage(sdk::call call) const {
    const holder who{call.tenant.number(), call.model, call.user.number()};
    const auto here = call.settings<settings>();
    co_return co_await call.storage([&](odb::database& db) { return usage_of(db, who, *here); });
}

sdk::task<file_facts> reading::facts(sdk::call call, one_file in) const {
    const auto row = co_await call.storage([&](odb::database& db) { return require_file(db, call.tenant, in.file); });
    co_return facts_of(*row);
}

sdk::task<files_page> reading::page(sdk::call call, files_wanted in) const {
    co_return co_await call.storage([&](odb::database& db) { return page_of_files(db, call.tenant, in); });
}

sdk::task<file_facts> reading::if_seen(sdk::call call, one_file in) const {
    const auto row = co_await require_content(call, in.file);
    co_return facts_of(row);
}

}  // namespace attachments
