// A try is counted before it is made: what kills the process does so a few times and no more.
#include "rows.hpp"

#include "entities-odb.hpp"
#include "folding.hpp"

namespace gallery {
namespace {

using item_query = odb::query<item_row>;
using thumbnail_query = odb::query<thumbnail_row>;
using label_query = odb::query<label_row>;

void set_state(item_row& row, item_state state) {
    row.state = name_of(state);
    row.due = state == item_state::pending ? row.due : 0;
}

item_ptr new_item(sdk::id tenant, sdk::id file) {
    auto made = std::make_shared<item_row>();
    made->id = file.number();
    made->tenant = tenant.number();
    made->state = name_of(item_state::none);
    return made;
}

void describe(item_row& row, const std::string& name, const std::string& type) {
    row.name = name;
    row.type = type;
    row.words = folded(name + "\n" + type);
}

void store(odb::database& db, item_row& row, bool is_new) {
    if (is_new)
        db.persist(row);
    else
        db.update(row);
}

thumbnail_query thumbnails_query(sdk::id tenant, sdk::id file) {
    return thumbnail_query::tenant == tenant.number() && thumbnail_query::file == file.number();
}

}  // namespace

reader reader_of(const std::string& type, const settings& here) {
    if (type.starts_with("image/svg")) return reader::nothing;
    if (type.starts_with("image/")) return reader::image;
    if (type == "application/pdf") return here.documents ? reader::pdf : reader::nothing;
    if (type.starts_with("video/") || type.starts_with("audio/")) return here.videos ? reader::video : reader::nothing;
    return reader::nothing;
}

std::string_view name_of(item_state state) { return boost::describe::enum_to_string(state, ""); }

item_state state_of(const item_row& row) {
    auto made = item_state::none;
    boost::describe::enum_from_string(row.state.c_str(), made);
    return made;
}

item_ptr find_item(odb::database& db, sdk::id tenant, sdk::id file) {
    return db.query_one<item_row>(item_query::tenant == tenant.number() && item_query::id == file.number());
}

bool keep_facts(odb::database& db, sdk::id tenant, const attachments::file_facts& is, const settings& here) {
    auto row = find_item(db, tenant, is.file);
    const bool is_new = row == nullptr;
    if (is_new) row = new_item(tenant, is.file);
    const bool is_ready = is.state == attachments::file_state::ready;
    row->conversation = is.conversation.number();
    row->model = is.model;
    row->shown = is_ready && is.published && !is.version_of ? 1 : 0;
    row->category = boost::describe::enum_to_string(is.category, "");
    row->created = is.created_at;
    describe(*row, is.name, is.type);
    if (is_ready && row->sha256 != is.sha256) {
        row->sha256 = is.sha256;
        row->tries = 0;
        const bool is_wanted = reader_of(is.type, here) != reader::nothing;
        row->due = is_wanted ? sdk::now() : 0;
        set_state(*row, is_wanted ? item_state::pending : item_state::none);
    }
    store(db, *row, is_new);
    return row->due != 0 && row->due <= sdk::now();
}

void keep_camera(odb::database& db, sdk::id tenant, const attachments::file_to_check& is, const camera_facts& facts) {
    auto row = find_item(db, tenant, is.file);
    const bool is_new = row == nullptr;
    if (is_new) row = new_item(tenant, is.file);
    row->conversation = is.conversation.number();
    row->model = is.model;
    describe(*row, is.name, is.type);
    row->camera = sdk::json::serialize(sdk::to_json(facts));
    row->camera_words = folded(facts.make + "\n" + facts.model + "\n" + facts.lens + "\n" + facts.artist + "\n" +
                               facts.description + "\n" + facts.copyright);
    if (!facts.taken_at.empty()) row->taken_at = facts.taken_at;
    store(db, *row, is_new);
}

void forget_thumbnails(odb::database& db, sdk::id tenant, sdk::id file) {
    db.erase_query<thumbnail_row>(thumbnails_query(tenant, file));
}

void forget_item(odb::database& db, sdk::id tenant, sdk::id file) {
    forget_thumbnails(db, tenant, file);
    db.erase_query<label_row>(label_query::tenant == tenant.number() && label_query::file == file.number());
    db.erase_query<item_row>(item_query::tenant == tenant.number() && item_query::id == file.number());
}

item_ptr claim_next(odb::database& db, sdk::id tenant, std::int64_t now, std::int64_t held_until) {
    for (const auto& row : all_of<item_row>(
             db, (item_query::tenant == tenant.number() && item_query::due != 0 && item_query::due <= now) +
                     "ORDER BY" + item_query::due + "LIMIT 20")) {
        if (row->tries >= most_tries) {
            keep_failure(db, *row, "Looking at it failed several times.");
            continue;
        }
        ++row->tries;
        row->due = held_until;
        db.update(*row);
        return row;
    }
    return nullptr;
}

void keep_picture(odb::database& db, item_row& row, const picture& what) {
    set_state(row, item_state::done);
    row.reason.clear();
    row.width = what.width;
    row.height = what.height;
    row.duration_ms = what.duration_ms.value_or(-1);
    row.pages = what.pages.value_or(-1);
    if (row.taken_at.empty()) row.taken_at = what.taken_at;
    db.update(row);
    const sdk::id tenant(row.tenant);
    const sdk::id file(row.id);
    forget_thumbnails(db, tenant, file);
    for (const auto& one : what.small) {
        thumbnail_row made;
        made.id = sdk::next_id().number();
        made.tenant = row.tenant;
        made.file = row.id;
        made.size = one.size;
        made.width = one.width;
        made.height = one.height;
        made.bytes = one.bytes;
        made.path = folder_of(tenant, file) + "/" + one.name;
        made.type = one.type;
        db.persist(made);
    }
}

void keep_failure(odb::database& db, item_row& row, const std::string& why) {
    set_state(row, item_state::failed);
    row.reason = clean_words(why, 500);
    db.update(row);
}

bool has_due(odb::database& db, sdk::id tenant, std::int64_t now) {
    return !all_of<item_row>(
                db,
                (item_query::tenant == tenant.number() && item_query::due != 0 && item_query::due <= now) + "LIMIT 1")
                .empty();
}

std::vector<thumbnail_ptr> thumbnails_of(odb::database& db, sdk::id tenant, sdk::id file) {
    return all_of<thumbnail_row>(db, thumbnails_query(tenant, file) + "ORDER BY" + thumbnail_query::size);
}

thumbnail_ptr best_thumbnail(odb::database& db, sdk::id tenant, sdk::id file, std::int64_t size) {
    thumbnail_ptr best;
    for (const auto& one : thumbnails_of(db, tenant, file)) {
        best = one;
        if (one->size >= size) break;
    }
    return best;
}

std::vector<std::string> labels_of(odb::database& db, sdk::id tenant, sdk::id file) {
    std::vector<std::string> all;
    for (const auto& one :
         all_of<label_row>(db, (label_query::tenant == tenant.number() && label_query::file == file.number()) +
                                   "ORDER BY" + label_query::label))
        all.push_back(one->label);
    return all;
}

std::string folder_of(sdk::id tenant) { return "thumbnails/" + tenant.text(); }
std::string folder_of(sdk::id tenant, sdk::id file) { return folder_of(tenant) + "/" + file.text(); }

}  // namespace gallery
