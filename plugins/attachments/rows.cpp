// Files and what hangs on them, changed together.
#include "rows.hpp"

#include "entities-odb.hpp"
#include "gates.hpp"

namespace attachments {
namespace {

using file_query = odb::query<file_row>;

std::optional<sdk::id> id_or_none(std::int64_t number) {
    return number == 0 ? std::optional<sdk::id>() : sdk::id(number);
}

std::string limit_of(std::int64_t rows) { return "LIMIT " + std::to_string(rows); }

void remove_one(odb::database& db, const file_row& row) {
    doom_all(db, row);
    book(db, holder_of(row), {-row.bytes, -1}, {});
    db.erase<file_row>(row.id);
}

}  // namespace

bool is_local(const file_row& row) { return row.place == local_place; }

file_ptr find_file(odb::database& db, sdk::id tenant, sdk::id file) {
    return db.query_one<file_row>(file_query::id == file.number() && file_query::tenant == tenant.number());
}

sdk::error no_such_file() { return sdk::not_found("file_unknown", "There is no such file."); }

sdk::result<file_ptr> require_file(odb::database& db, sdk::id tenant, sdk::id file) {
    if (auto found = find_file(db, tenant, file)) return found;
    return no_such_file();
}

file_facts facts_of(const file_row& row) {
    return {.file = sdk::id(row.id),
            .conversation = sdk::id(row.conversation),
            .model = row.model,
            .uploader = sdk::id(row.uploader),
            .message = id_or_none(row.message),
            .published = row.published != 0,
            .path = is_local(row) ? row.path : std::string(),
            .name = row.name,
            .type = row.type,
            .category = category_of(row),
            .bytes = row.bytes,
            .sha256 = row.sha256,
            .state = state_of(row),
            .reason = row.reason,
            .version_of = id_or_none(row.version_of),
            .version = row.version,
            .created_at = row.created};
}

holder holder_of(const file_row& row) { return {row.tenant, row.model, row.uploader}; }
holder holder_of(const upload_row& row) { return {row.tenant, row.model, row.uploader}; }

std::vector<file_ptr> files_of_message(odb::database& db, sdk::id tenant, sdk::id message) {
    const file_query wanted =
        file_query::tenant == tenant.number() && file_query::message == message.number() && file_query::version_of == 0;
    return all_of<file_row>(db, wanted + "ORDER BY" + file_query::id);
}

std::vector<file_ptr> versions_of(odb::database& db, const file_row& first) {
    auto all = all_of<file_row>(db, (file_query::tenant == first.tenant && file_query::version_of == first.id) +
                                        "ORDER BY" + file_query::version);
    all.insert(all.begin(), std::make_shared<file_row>(first));
    return all;
}

std::vector<sdk::id> versions_without_first(odb::database& db, sdk::id tenant) {
    std::vector<sdk::id> made;
    for (const auto& one : all_of<file_row>(db, file_query::tenant == tenant.number() && file_query::version_of != 0))
        if (find_file(db, tenant, sdk::id(one->version_of)) == nullptr) made.emplace_back(one->id);
    return made;
}

files_page page_of_files(odb::database& db, sdk::id tenant, const files_wanted& in) {
    const auto limit = in.limit ? std::int64_t{*in.limit} : 100;
    file_query wanted = file_query::tenant == tenant.number() && file_query::id > in.after.value_or(sdk::id()).number();
    if (in.state) wanted = wanted && file_query::state == std::string(name_of(*in.state));
    if (in.conversation)
        wanted = wanted && file_query::conversation == in.conversation->number() && file_query::shown == 1;
    if (in.files) {
        std::vector<std::int64_t> numbers{0};
        for (const auto one : *in.files) numbers.push_back(one.number());
        wanted = wanted && file_query::id.in_range(numbers.begin(), numbers.end());
    }
    files_page page;
    for (const auto& row : all_of<file_row>(db, wanted + "ORDER BY" + file_query::id + limit_of(limit + 1)))
        page.files.push_back(facts_of(*row));
    page.more = static_cast<std::int64_t>(page.files.size()) > limit;
    if (page.more) page.files.pop_back();
    return page;
}

std::vector<file_ptr> list_files(odb::database& db, const list_wanted& in) {
    file_query wanted =
        file_query::tenant == in.tenant.number() && file_query::conversation == in.conversation.number();
    if (in.own_of) {
        wanted = wanted && file_query::uploader == in.own_of->number() && file_query::version_of == 0 &&
                 file_query::state != std::string(name_of(file_state::kept));
        if (!in.state.empty()) wanted = wanted && file_query::state == in.state;
    } else {
        wanted = wanted && file_query::shown == 1;
    }
    if (!in.category.empty()) wanted = wanted && file_query::category == in.category;
    if (in.before) wanted = wanted && file_query::id < in.before->number();
    return all_of<file_row>(db, wanted + "ORDER BY" + file_query::id + "DESC" + limit_of(in.limit + 1));
}

void store_change(sdk::transaction& t, file_row& row, file_state before) {
    t.db().update(row);
    if (state_of(row) == before) return;
    const file_changed said{sdk::id(row.id), state_of(row), row.reason, id_or_none(row.message)};
    t.say("file.changed", said, {.conversation = {}, .user = sdk::id(row.uploader), .message = {}});
    say_when_shown(t, row);
}

void say_when_shown(sdk::transaction& t, const file_row& row) {
    if (row.shown == 0) return;
    const sdk::about to{.conversation = sdk::id(row.conversation), .user = {}, .message = sdk::id(row.message)};
    t.say("file.shown", file_shown{sdk::id(row.id), sdk::id(row.message)}, to);
}

void remove_file(sdk::transaction& t, const file_row& first, bool says_conversation) {
    for (const auto& one : versions_of(t.db(), first)) {
        remove_one(t.db(), *one);
        sdk::about to{};
        if (says_conversation && first.shown != 0)
            to.conversation = sdk::id(first.conversation);
        else
            to.user = sdk::id(one->uploader);
        t.say("file.removed", file_removed{sdk::id(one->id), id_or_none(first.message)}, to);
    }
}

void doom_all(odb::database& db, const file_row& row) {
    doom(db, {row.tenant, row.place, row.path});
    // Something may have come there already.
    if (!row.bound.empty()) doom(db, {row.tenant, row.bound, row.bound_path});
}

std::string fresh_path(const file_row& row) {
    return row.path.substr(0, row.path.rfind('/') + 1) + std::to_string(row.id) + "-" + sdk::next_id().text();
}

void doom(odb::database& db, const doomed_blob& what) {
    doomed_row row;
    row.id = sdk::next_id().number();
    row.tenant = what.tenant;
    row.path = what.path;
    row.place = what.place;
    row.due = what.due;
    db.persist(row);
}

std::vector<std::shared_ptr<doomed_row>> doomed_of(odb::database& db, sdk::id tenant, const std::string& place) {
    using query = odb::query<doomed_row>;
    return all_of<doomed_row>(
        db, (query::tenant == tenant.number() && query::place == place && query::due <= sdk::now()) + "ORDER BY" +
                query::id + limit_of(1000));
}

}  // namespace attachments
