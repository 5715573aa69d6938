// Our rows say where to look; attachments says, each time, what of it may be seen.
#include "listing.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

#include "entities-odb.hpp"
#include "folding.hpp"

namespace gallery {
namespace {

using item_query = odb::query<item_row>;
using label_query = odb::query<label_row>;

constexpr std::size_t most_labels = 20;
constexpr int most_rounds = 5;

/// The part of the API's answer that matters here.
struct own_rights {
    std::vector<std::string> permissions;
};
BOOST_DESCRIBE_STRUCT(own_rights, (), (permissions))

std::optional<std::int64_t> if_known(std::int64_t number, std::int64_t unknown) {
    return number == unknown ? std::optional<std::int64_t>() : number;
}

/// An SQL literal of words that have been cleaned; both databases read backslashes as they are.
std::string literal_of(std::string_view words) {
    std::string made = "'";
    for (const char c : words) made.append(c == '\'' ? 2 : 1, c);
    return made + "'";
}

item_query wanted_by(sdk::id tenant, const list_request& in, bool sees_cameras) {
    item_query made = item_query::tenant == tenant.number() && item_query::conversation == in.conversation.number() &&
                      item_query::shown == 1;
    if (in.category)
        made = made && item_query::category == std::string(boost::describe::enum_to_string(*in.category, ""));
    if (in.from) made = made && item_query::portfolio == (*in.from == file_place::portfolio ? 1 : 0);
    if (in.label)
        made = made && item_query(
                           "EXISTS (SELECT 1 FROM label WHERE label.tenant = item.tenant AND label.file = item.id "
                           "AND label.label = " +
                           literal_of(clean_words(*in.label, label_text::most)) + ")");
    if (in.q) {
        const auto pattern = containing(*in.q);
        const auto words = item_query::words.like(pattern, "\\");
        made = made && (sees_cameras ? words || item_query::camera_words.like(pattern, "\\") : words);
    }
    return made;
}

shown_item shown(odb::database& db, const item_row& row, const attachments::file_facts& is, std::int64_t offset) {
    shown_item made{.file = is.file,
                    .conversation = is.conversation,
                    .message = is.message,
                    .name = is.name,
                    .type = is.type,
                    .category = is.category,
                    .bytes = is.bytes,
                    .state = state_of(row),
                    .thumbnails = {},
                    .width = if_known(row.width, 0),
                    .height = if_known(row.height, 0),
                    .duration_ms = if_known(row.duration_ms, -1),
                    .pages = if_known(row.pages, -1),
                    .taken_at = row.taken_at,
                    .labels = labels_of(db, sdk::id(row.tenant), is.file),
                    .from = row.portfolio != 0 ? file_place::portfolio : file_place::client,
                    .day = day_of(is.created_at, offset),
                    .created_at = is.created_at};
    for (const auto& one : thumbnails_of(db, sdk::id(row.tenant), is.file))
        made.thumbnails.push_back({one->size, one->width, one->height, one->type});
    return made;
}

sdk::error no_such_file() { return sdk::not_found("file_unknown", "There is no such file."); }

sdk::task<attachments::file_facts> require_seen(sdk::call call, sdk::id file) {
    const attachments::one_file which{file};
    co_return co_await call.service<attachments::file_facts>("attachments.may_see/1", which);
}

bool is_listed(const attachments::file_facts& is, sdk::id conversation) {
    return is.published && is.state == attachments::file_state::ready && !is.version_of &&
           is.conversation == conversation;
}

sdk::result<std::string> clean_label(const label_text& from) {
    const auto made = clean_words(from, label_text::most);
    if (made.empty() || made != from)
        return sdk::invalid("label", "label_invalid", "A label is up to 60 bytes of letters, digits and signs.");
    return made;
}

sdk::result<void> add_label(odb::database& db, const item_row& row, const std::string& label) {
    const auto has = labels_of(db, sdk::id(row.tenant), sdk::id(row.id));
    if (std::find(has.begin(), has.end(), label) != has.end()) return {};
    if (has.size() >= most_labels) return sdk::conflict("labels_too_many", "A file has at most 20 labels.");
    label_row made;
    made.id = sdk::next_id().number();
    made.tenant = row.tenant;
    made.conversation = row.conversation;
    made.file = row.id;
    made.label = label;
    db.persist(made);
    return {};
}

bool drop_label(odb::database& db, const item_row& row, const std::string& label) {
    return db.erase_query<label_row>(label_query::tenant == row.tenant && label_query::file == row.id &&
                                     label_query::label == label) != 0;
}

}  // namespace

sdk::task<shown_items> lister::list(sdk::call call, list_request in) const {
    const auto limit = static_cast<std::size_t>(in.limit ? std::int64_t{*in.limit} : 50);
    bool sees_cameras = false;
    if (in.q) {
        const auto me = co_await call.invoke<own_rights>("user.me", sdk::json::object{});
        sees_cameras =
            std::find(me.permissions.begin(), me.permissions.end(), "gallery.metadata") != me.permissions.end();
    }
    shown_items page;
    auto before = in.before ? in.before->number() : INT64_MAX;
    // Nearly always once: our rows are behind attachments' by a moment.
    for (int round = 0; round < most_rounds; ++round) {
        const auto rows = co_await call.storage([&](odb::database& db) {
            return all_of<item_row>(db, (wanted_by(call.tenant, in, sees_cameras) && item_query::id < before) +
                                            "ORDER BY" + item_query::id + "DESC LIMIT " +
                                            std::to_string(limit + 1 - page.items.size()));
        });
        page.more = false;
        if (rows.empty()) break;
        attachments::files_wanted wanted{
            .after = {}, .limit = 500, .state = {}, .conversation = {}, .files = sdk::ids<500>{}};
        for (const auto& one : rows) wanted.files->push_back(sdk::id(one->id));
        const auto known = co_await call.service<attachments::files_page>("attachments.files/1", wanted);
        std::map<sdk::id, attachments::file_facts> by_id;
        for (const auto& one : known.files)
            if (is_listed(one, in.conversation)) by_id.emplace(one.file, one);
        co_await call.storage([&](odb::database& db) {
            for (const auto& row : rows)
                if (const auto is = by_id.find(sdk::id(row->id)); is != by_id.end())
                    page.items.push_back(
                        shown(db, *row, is->second, in.offset_minutes ? std::int64_t{*in.offset_minutes} : 0));
        });
        before = rows.back()->id;
        if (page.items.size() > limit) {
            page.more = true;
            page.items.resize(limit);
            break;
        }
    }
    co_return page;
}

sdk::task<shown_labels> lister::labels(sdk::call call, one_conversation in) const {
    co_return co_await call.storage([&](odb::database& db) {
        shown_labels made;
        const auto of =
            label_query::tenant == call.tenant.number() && label_query::conversation == in.conversation.number();
        const label_query shown(
            "EXISTS (SELECT 1 FROM item WHERE item.tenant = label.tenant AND item.id = label.file AND "
            "item.shown = 1)");
        for (const auto& one : all_of<label_row>(db, (of && shown) + "ORDER BY" + label_query::label + "LIMIT 5000"))
            if (made.labels.empty() || made.labels.back() != one->label) made.labels.push_back(one->label);
        return made;
    });
}

sdk::task<shown_item> lister::facts(sdk::call call, attachments::one_file in) const {
    const auto is = co_await require_seen(call, in.file);
    co_return co_await call.storage([&](odb::database& db) -> sdk::result<shown_item> {
        const auto row = find_item(db, call.tenant, in.file);
        if (row == nullptr) return no_such_file();
        return shown(db, *row, is, 0);
    });
}

sdk::task<shown_camera> lister::camera(sdk::call call, attachments::one_file in) const {
    co_await require_seen(call, in.file);
    const auto text = co_await call.storage([&](odb::database& db) -> sdk::result<std::string> {
        const auto row = find_item(db, call.tenant, in.file);
        if (row == nullptr) return no_such_file();
        return row->camera;
    });
    shown_camera made{in.file, {}};
    if (!text.empty()) made.camera = co_await sdk::from_json<camera_facts>(sdk::json::parse(text));
    co_return made;
}

template <class Change>
sdk::task<shown_item> lister::change(sdk::call call, sdk::id file, Change how) const {
    const auto is = co_await require_seen(call, file);
    const attachments::one_file which{file};
    co_return co_await call.storage([&](sdk::transaction& t) -> sdk::result<shown_item> {
        const auto row = find_item(t.db(), call.tenant, file);
        if (row == nullptr) return no_such_file();
        if (auto done = how(t.db(), *row); !done) return done.error();
        if (row->shown != 0) {
            const sdk::about to{.conversation = is.conversation, .user = {}, .message = {}};
            t.say("gallery.changed", which, to);
        }
        return shown(t.db(), *row, is, 0);
    });
}

sdk::task<shown_item> lister::label(sdk::call call, label_request in) const {
    const auto label = co_await clean_label(in.label);
    co_return co_await change(call, in.file,
                              [label](odb::database& db, const item_row& row) { return add_label(db, row, label); });
}

sdk::task<shown_item> lister::unlabel(sdk::call call, label_request in) const {
    const std::string label = in.label;
    co_return co_await change(call, in.file, [label](odb::database& db, const item_row& row) -> sdk::result<void> {
        drop_label(db, row, label);
        return {};
    });
}

sdk::task<shown_item> lister::relabel(sdk::call call, relabel_request in) const {
    const auto to = co_await clean_label(in.to);
    const std::string from = in.from;
    co_return co_await change(call, in.file, [from, to](odb::database& db, const item_row& row) -> sdk::result<void> {
        if (!drop_label(db, row, from)) return sdk::conflict("label_missing", "The file does not have this label.");
        return add_label(db, row, to);
    });
}

sdk::task<shown_item> lister::place(sdk::call call, place_request in) const {
    const auto to = in.to;
    co_return co_await change(call, in.file, [to](odb::database& db, item_row& row) -> sdk::result<void> {
        row.portfolio = to == file_place::portfolio ? 1 : 0;
        db.update(row);
        return {};
    });
}

// The C locale: nothing in a server sets another one.
std::string day_of(std::int64_t milliseconds, std::int64_t offset_minutes) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000 + offset_minutes * 60);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 16> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts)};
}

}  // namespace gallery
