// Tallies that change with the rows they count.
#include "quota.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "entities-odb.hpp"
#include "entities.hpp"

namespace attachments {
namespace {

using tally_query = odb::query<usage_row>;

constexpr std::int64_t warned_percent = 80;

struct place {
    const char* scope;
    std::string name;
};

std::vector<place> places_of(const holder& who) {
    std::vector<place> all{{"tenant", ""}};
    if (!who.model.empty()) all.push_back({"model", who.model});
    all.push_back({"user", std::to_string(who.user)});
    return all;
}

std::shared_ptr<usage_row> find(odb::database& db, std::int64_t tenant, const place& where) {
    return db.query_one<usage_row>(tally_query::tenant == tenant && tally_query::scope == where.scope &&
                                   tally_query::name == where.name);
}

bool is_near(std::int64_t has, std::int64_t most) {
    return most > 0 && has >= most / 100 * warned_percent + most % 100 * warned_percent / 100;
}

usage read(odb::database& db, std::int64_t tenant, const place& where, std::int64_t most_bytes,
           std::int64_t most_files) {
    usage made{.most_bytes = most_bytes, .most_files = most_files};
    if (const auto row = find(db, tenant, where)) {
        made.bytes = row->bytes + row->reserved_bytes;
        made.files = row->files + row->reserved_files;
    }
    made.warning = is_near(made.bytes, most_bytes) || is_near(made.files, most_files);
    return made;
}

bool has_room(const usage& in, amount more) {
    const bool bytes = in.most_bytes == 0 || more.bytes <= in.most_bytes - in.bytes;
    const bool files = in.most_files == 0 || more.files <= in.most_files - in.files;
    return bytes && files;
}

sdk::error no_room(const char* whose) {
    return sdk::too_large("quota_exceeded", std::string("There is no room for this in what ") + whose + " may have.");
}

/// A tally of what the rows say.
struct counted {
    amount kept;
    amount reserved;
};
using counts = std::map<std::pair<std::string, std::string>, counted>;

void count_rows(odb::database& db, std::int64_t tenant, counts& into) {
    const auto add = [&](const holder& who, amount kept, amount reserved) {
        for (const auto& where : places_of(who)) {
            auto& one = into[{where.scope, where.name}];
            one.kept.bytes += kept.bytes;
            one.kept.files += kept.files;
            one.reserved.bytes += reserved.bytes;
            one.reserved.files += reserved.files;
        }
    };
    for (const auto& row : db.query<file_row>(odb::query<file_row>::tenant == tenant))
        add({tenant, row.model, row.uploader}, {row.bytes, 1}, {});
    for (const auto& row : db.query<upload_row>(odb::query<upload_row>::tenant == tenant))
        add({tenant, row.model, row.uploader}, {}, {row.bytes, row.files});
}

bool set_to(usage_row& row, const counted& is) {
    const auto now = std::tie(row.bytes, row.files, row.reserved_bytes, row.reserved_files);
    const auto right = std::tie(is.kept.bytes, is.kept.files, is.reserved.bytes, is.reserved.files);
    if (now == right) return false;
    row.bytes = is.kept.bytes;
    row.files = is.kept.files;
    row.reserved_bytes = is.reserved.bytes;
    row.reserved_files = is.reserved.files;
    return true;
}

}  // namespace

usages usage_of(odb::database& db, const holder& who, const settings& here) {
    usages made;
    made.tenant = read(db, who.tenant, {"tenant", ""}, here.storage_quota, here.storage_quota_files);
    if (!who.model.empty())
        made.model = read(db, who.tenant, {"model", who.model}, here.model_quota, here.model_quota_files);
    made.user = read(db, who.tenant, {"user", std::to_string(who.user)}, here.user_quota, here.user_quota_files);
    return made;
}

std::int64_t room_in(const usages& all, std::int64_t most) {
    for (const auto* one : {&all.tenant, &all.model, &all.user})
        if (one->most_bytes != 0) most = std::min(most, std::max<std::int64_t>(one->most_bytes - one->bytes, 0));
    return most;
}

sdk::result<void> require_room(const usages& all, amount more) {
    if (!has_room(all.user, more)) return no_room("you");
    if (!has_room(all.model, more)) return no_room("this place");
    if (!has_room(all.tenant, more)) return no_room("everybody here");
    return {};
}

void book(odb::database& db, const holder& who, amount kept, amount reserved) {
    for (const auto& where : places_of(who)) {
        auto row = find(db, who.tenant, where);
        const bool is_new = row == nullptr;
        if (is_new) {
            row = std::make_shared<usage_row>();
            row->id = sdk::next_id().number();
            row->tenant = who.tenant;
            row->scope = where.scope;
            row->name = where.name;
        }
        // A sum that was wrong must not keep anything from being deleted; it is found when files are verified.
        const auto change = [](std::int64_t& sum, std::int64_t by) { sum = std::max<std::int64_t>(sum + by, 0); };
        change(row->bytes, kept.bytes);
        change(row->files, kept.files);
        change(row->reserved_bytes, reserved.bytes);
        change(row->reserved_files, reserved.files);
        if (is_new)
            db.persist(*row);
        else
            db.update(*row);
    }
}

namespace {

/// Tallies that are not what the rows say, as they should be.
struct wrong_tallies {
    std::vector<std::shared_ptr<usage_row>> there;
    std::vector<usage_row> missing;
};

wrong_tallies find_wrong(odb::database& db, std::int64_t tenant) {
    counts right;
    count_rows(db, tenant, right);
    wrong_tallies made;
    for (auto i = db.query<usage_row>(tally_query::tenant == tenant); const auto& row : i) {
        auto one = std::make_shared<usage_row>(row);
        const auto found = right.find({row.scope, row.name});
        if (set_to(*one, found == right.end() ? counted{} : found->second)) made.there.push_back(std::move(one));
        if (found != right.end()) right.erase(found);
    }
    for (const auto& [key, is] : right) {
        auto& row = made.missing.emplace_back();
        row.tenant = tenant;
        row.scope = key.first;
        row.name = key.second;
        (void)set_to(row, is);
    }
    return made;
}

std::int64_t size_of(const wrong_tallies& all) {
    return static_cast<std::int64_t>(all.there.size() + all.missing.size());
}

}  // namespace

std::int64_t count_wrong_tallies(odb::database& db, std::int64_t tenant) { return size_of(find_wrong(db, tenant)); }

std::int64_t recount(odb::database& db, std::int64_t tenant) {
    auto wrong = find_wrong(db, tenant);
    for (const auto& row : wrong.there) db.update(*row);
    for (auto& row : wrong.missing) {
        row.id = sdk::next_id().number();
        db.persist(row);
    }
    return size_of(wrong);
}

}  // namespace attachments
