// What the plugin does with its rows. Each function runs in a transaction of the caller's.
#pragma once

#include <parley/storage.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attachments/contract.hpp"
#include "entities.hpp"
#include "exif.hpp"
#include "picture.hpp"
#include "settings.hpp"

namespace gallery {

/// Where a file's thumbnails stand.
enum class item_state : std::uint8_t {
    pending = 1,  ///< they are to be made
    done,         ///< as many as there are
    failed,       ///< it cannot be read, for the reason given
    none          ///< there is nothing to be made of it, or it is not ready
};
BOOST_DESCRIBE_ENUM(item_state, pending, done, failed, none)

using item_ptr = std::shared_ptr<item_row>;
using thumbnail_ptr = std::shared_ptr<thumbnail_row>;

/// The process may die that often of one file.
inline constexpr std::int64_t most_tries = 3;

/// Which reader a file gets.
enum class reader : std::uint8_t { nothing = 1, image, pdf, video };
[[nodiscard]] reader reader_of(const std::string& type, const settings&);

[[nodiscard]] std::string_view name_of(item_state);
[[nodiscard]] item_state state_of(const item_row&);

[[nodiscard]] item_ptr find_item(odb::database&, sdk::id tenant, sdk::id file);
/// What attachments says of it now. True: there is something to be made.
bool keep_facts(odb::database&, sdk::id tenant, const attachments::file_facts&, const settings&);
/// What a camera wrote, before it is taken out; the file may not be known yet.
void keep_camera(odb::database&, sdk::id tenant, const attachments::file_to_check&, const camera_facts&);
/// It, its labels and its thumbnails.
void forget_item(odb::database&, sdk::id tenant, sdk::id file);
void forget_thumbnails(odb::database&, sdk::id tenant, sdk::id file);

/// The next one that is due: its try is counted, and nobody else begins it until `held_until`. One that has been tried
/// too often is failed.
[[nodiscard]] item_ptr claim_next(odb::database&, sdk::id tenant, std::int64_t now, std::int64_t held_until);
void keep_picture(odb::database&, item_row&, const picture&);
void keep_failure(odb::database&, item_row&, const std::string& why);
[[nodiscard]] bool has_due(odb::database&, sdk::id tenant, std::int64_t now);

[[nodiscard]] std::vector<thumbnail_ptr> thumbnails_of(odb::database&, sdk::id tenant, sdk::id file);
/// The smallest that is not smaller than wanted, or the largest.
[[nodiscard]] thumbnail_ptr best_thumbnail(odb::database&, sdk::id tenant, sdk::id file, std::int64_t size);
[[nodiscard]] std::vector<std::string> labels_of(odb::database&, sdk::id tenant, sdk::id file);

/// In the plugin's files folder.
[[nodiscard]] std::string folder_of(sdk::id tenant);
[[nodiscard]] std::string folder_of(sdk::id tenant, sdk::id file);

/// All of a query, so that rows may be changed while they are looked at.
template <class Row>
[[nodiscard]] std::vector<std::shared_ptr<Row>> all_of(odb::database& db, const odb::query<Row>& wanted) {
    std::vector<std::shared_ptr<Row>> all;
    auto found = db.query<Row>(wanted);
    for (auto i = found.begin(); i != found.end(); ++i) all.push_back(i.load());
    return all;
}

}  // namespace gallery
