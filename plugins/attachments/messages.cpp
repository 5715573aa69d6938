// Hooks before a message is written, and what follows from its events.
#include "messages.hpp"

#include <parley/aside.hpp>

#include <set>

#include "attached.hpp"
#include "entities-odb.hpp"
#include "gates.hpp"
#include "placing.hpp"
#include "rows.hpp"

namespace attachments {
namespace {

namespace json = sdk::json;

constexpr std::size_t most_removed = 30;

/// The part of the API's message that matters here.
struct holding {
    std::string holder;
};
BOOST_DESCRIBE_STRUCT(holding, (), (holder))
struct seen_message {
    sdk::id id;
    sdk::id conversation;
    std::optional<sdk::id> author;
    std::optional<json::object> data;
    std::optional<std::vector<holding>> held_by;
};
BOOST_DESCRIBE_STRUCT(seen_message, (), (id, conversation, author, data, held_by))
struct about_message {
    seen_message message;
};
BOOST_DESCRIBE_STRUCT(about_message, (), (message))
struct gone_message {
    sdk::id id;
};
BOOST_DESCRIBE_STRUCT(gone_message, (), (id))
struct gone {
    gone_message message;
};
BOOST_DESCRIBE_STRUCT(gone, (), (message))

json::object data_of(const std::string& text) {
    if (text.empty()) return {};
    auto parsed = json::parse(text);
    return parsed.is_object() ? std::move(parsed.get_object()) : json::object{};
}

/// Most messages have none, and nothing is asked for those.
bool says_nothing(const std::string& data) { return data.find("\"files\"") == std::string::npos; }

std::vector<file_ptr> load(odb::database& db, sdk::id tenant, const std::vector<sdk::id>& ids) {
    std::vector<file_ptr> all;
    for (const auto one : ids) all.push_back(find_file(db, tenant, one));
    return all;
}

json::array described(const std::vector<file_ptr>& files) {
    json::array all;
    for (const auto& one : files) all.push_back(attachments::described(*one));
    return all;
}

sdk::result<void> check_all(const std::vector<file_ptr>& files, const sending& by) {
    for (const auto& one : files)
        if (auto fits = check_sending(one.get(), by); !fits) return fits;
    return {};
}

/// Of an edit: what is stored with the message; before that is known, what can only have been sent with it.
std::vector<file_ptr> files_of_edit(odb::database& db, const sdk::kept_draft& draft) {
    auto all = files_of_message(db, draft.tenant, draft.message);
    if (!all.empty()) return all;
    for (auto& one : load(db, draft.tenant, attached_in(data_of(draft.data))))
        if (check_sending(one.get(), {draft.author, draft.conversation}) && state_of(*one) == file_state::ready)
            all.push_back(std::move(one));
    return all;
}

}  // namespace

sdk::task<sdk::amendment> messages::fill(sdk::kept_draft draft) {
    if (says_nothing(draft.data)) co_return sdk::amendment{};
    auto data = data_of(draft.data);
    const auto ids = co_await read_attached(data);
    const auto here = draft.settings<settings>();
    if (static_cast<std::int64_t>(ids.size()) > here->max_files_per_message)
        co_return sdk::refused("files_too_many", "That are more files than one message may have.");
    if (ids.empty()) co_return sdk::amendment{};
    const auto files = co_await draft.storage([&](odb::database& db) { return load(db, draft.tenant, ids); });
    co_await check_all(files, {draft.author, draft.conversation});
    data["files"] = described(files);
    sdk::amendment made;
    made.data = std::move(data);
    co_return made;
}

sdk::task<sdk::amendment> messages::keep(sdk::kept_draft draft) {
    // The words of a message without files are changed without asking; one with files has them in its data already.
    const auto files = co_await draft.storage([&](odb::database& db) { return files_of_edit(db, draft); });
    if (files.empty() && says_nothing(draft.data)) co_return sdk::amendment{};
    auto data = data_of(draft.data);
    auto shown = described(files);
    const auto gone = removed_in(data);
    for (std::size_t i = 0; i < gone.size() && i < most_removed; ++i) shown.emplace_back(left_of(gone[i]));
    if (shown.empty())
        data.erase("files");
    else
        data["files"] = std::move(shown);
    sdk::amendment made;
    made.data = std::move(data);
    co_return made;
}

sdk::task<sdk::send_verdict> messages::judge(sdk::kept_draft draft) {
    if (says_nothing(draft.data)) co_return sdk::pass();
    const auto ids = co_await read_attached(data_of(draft.data));
    const auto files = co_await draft.storage([&](odb::database& db) { return load(db, draft.tenant, ids); });
    if (auto fits = check_all(files, {draft.author, draft.conversation}); !fits)
        co_return sdk::refuse(fits.error().code, fits.error().sentence);
    for (const auto& one : files)
        if (state_of(*one) != file_state::ready) co_return sdk::hold("Its files are still being checked.");
    co_return sdk::pass();
}

sdk::task<sdk::verdict> messages::judge_edit(sdk::kept_draft draft) {
    if (says_nothing(draft.data)) co_return sdk::pass();
    const auto files = co_await draft.storage([&](odb::database& db) { return files_of_edit(db, draft); });
    std::set<sdk::id> own;
    for (const auto& one : files) own.insert(sdk::id(one->id));
    for (const auto one : attached_in(data_of(draft.data)))
        if (!own.contains(one)) co_return sdk::refuse("files_changed", "The files of a message stay as they are.");
    co_return sdk::pass();
}

sdk::task<> messages::link(sdk::event event, bool is_published) {
    const auto what = (co_await event.as<about_message>()).message;
    const auto ids = what.data ? attached_in(*what.data) : std::vector<sdk::id>{};
    if (ids.empty() || !what.author) co_return;
    bool holds = false;
    for (const auto& one : what.held_by.value_or(std::vector<holding>{}))
        holds = holds || one.holder == PARLEY_PLUGIN_ID;
    co_await event.storage([&](sdk::transaction& t) {
        auto& db = t.db();
        for (const auto& one : load(db, event.tenant, ids)) {
            const bool is_its = one != nullptr && one->message == what.id.number();
            // Its state was looked at when the message was sent. What was turned down since then ends the message.
            if (!is_its && !check_unsent(one.get(), {*what.author, what.conversation})) continue;
            for (const auto& version : versions_of(db, *one)) {
                version->message = what.id.number();
                version->published = is_published ? 1 : 0;
                version->held = holds ? 1 : 0;
                const bool was_shown = version->shown != 0;
                set_state(*version, state_of(*version));
                db.update(*version);
                if (!was_shown) say_when_shown(t, *version);
            }
        }
    });
    co_await take_back_gone(event, what.id, ids);
    if (holds) co_await gates_.settle(event, what.id);
}

sdk::task<> messages::take_back(sdk::scope where, sdk::id message, sdk::id file) {
    const sdk::data_replacement what{
        .message = message, .list = "files", .key = "file", .value = file.text(), .with = left_of(file)};
    co_await where.replace_in_data(what);
}

sdk::task<> messages::was_removed(sdk::event event) {
    const auto what = co_await event.as<file_removed>();
    if (what.message) co_await take_back(event, *what.message, what.file);
}

/// A file may go while its message is being written or changed, and what was filled in then would stay.
sdk::task<> messages::take_back_gone(sdk::event event, sdk::id message, std::vector<sdk::id> ids) {
    const auto found = co_await event.storage([&](odb::database& db) { return load(db, event.tenant, ids); });
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (found[i] == nullptr) co_await take_back(event, message, ids[i]);
}

sdk::task<> messages::was_edited(sdk::event event) {
    const auto what = (co_await event.as<about_message>()).message;
    const auto ids = what.data ? attached_in(*what.data) : std::vector<sdk::id>{};
    if (!ids.empty()) co_await take_back_gone(event, what.id, ids);
}

sdk::task<> messages::was_published(sdk::event event) { return link(std::move(event), true); }
sdk::task<> messages::was_held(sdk::event event) { return link(std::move(event), false); }

sdk::task<> messages::was_rejected(sdk::event event) {
    const auto what = co_await event.as<gone>();
    co_await event.storage([&](odb::database& db) {
        for (const auto& one : files_of_message(db, event.tenant, what.message.id)) {
            one->held = 0;
            db.update(*one);
        }
    });
}

sdk::task<> messages::was_deleted(sdk::event event) {
    const auto here = event.settings<settings>();
    if (!here->keep_deleted) co_return co_await is_gone(std::move(event));
    const auto what = co_await event.as<gone>();
    co_await event.storage([&](sdk::transaction& t) {
        for (const auto& first : files_of_message(t.db(), event.tenant, what.message.id))
            for (const auto& one : versions_of(t.db(), *first)) {
                set_state(*one, file_state::kept);
                one->check_at = 0;
                t.db().update(*one);
            }
    });
}

sdk::task<> messages::is_gone(sdk::event event) {
    const auto what = co_await event.as<gone>();
    co_await event.storage([&](sdk::transaction& t) {
        for (const auto& one : files_of_message(t.db(), event.tenant, what.message.id)) {
            remove_file(t, *one, true);
            in_.count.removed.add();
        }
    });
    co_await bury(event);
}

sdk::task<> messages::lost_its_conversation(sdk::event event) {
    using query = odb::query<file_row>;
    bool more = true;
    while (more) {
        more = co_await event.storage([&](sdk::transaction& t) {
            const auto some = all_of<file_row>(
                t.db(), (query::tenant == event.tenant.number() && query::conversation == event.conversation.number() &&
                         query::version_of == 0) +
                            "LIMIT 100");
            for (const auto& one : some) remove_file(t, *one, false);
            return !some.empty();
        });
        co_await bury(event);
    }
}

sdk::task<> messages::bury(sdk::scope where) {
    co_await bury_here(where);
    // A store may be out of reach, and nobody waits for that: a job deletes there until it is gone.
    const auto elsewhere =
        co_await where.storage([&](odb::database& db) { return !doomed_of(db, where.tenant, s3_place_name).empty(); });
    if (elsewhere) co_await call_placing(where, sdk::now(), "delete");
}

sdk::task<> messages::bury_here(sdk::scope where) {
    for (;;) {
        const auto some =
            co_await where.storage([&](odb::database& db) { return doomed_of(db, where.tenant, local_place); });
        if (some.empty()) co_return;
        co_await sdk::aside([&]() -> sdk::result<void> {
            for (const auto& one : some)
                if (auto gone = in_.store.remove(one->path); !gone) return gone.error();
            return {};
        });
        co_await where.storage([&](odb::database& db) {
            for (const auto& one : some) db.erase_query<doomed_row>(odb::query<doomed_row>::id == one->id);
        });
    }
}

}  // namespace attachments
