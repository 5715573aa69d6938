// What the plugin does with its rows. Each function runs in a transaction of the caller's.
#pragma once

#include <parley/storage.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attachments/contract.hpp"
#include "entities.hpp"
#include "quota.hpp"

namespace attachments {

using file_ptr = std::shared_ptr<file_row>;

inline const std::string local_place = "local";
inline const std::string s3_place_name = "s3";
/// Whether its content is on the disk.
[[nodiscard]] bool is_local(const file_row&);

[[nodiscard]] file_ptr find_file(odb::database&, sdk::id tenant, sdk::id file);
/// The same, or the error that stands for unknown and hidden ones alike.
[[nodiscard]] sdk::result<file_ptr> require_file(odb::database&, sdk::id tenant, sdk::id file);
[[nodiscard]] sdk::error no_such_file();
[[nodiscard]] file_facts facts_of(const file_row&);
[[nodiscard]] holder holder_of(const file_row&);
[[nodiscard]] holder holder_of(const upload_row&);

/// First versions, in the order in which they came.
[[nodiscard]] std::vector<file_ptr> files_of_message(odb::database&, sdk::id tenant, sdk::id message);
/// Of one first version, itself included, by number.
[[nodiscard]] std::vector<file_ptr> versions_of(odb::database&, const file_row& first);
/// Newer versions of files that are not there.
[[nodiscard]] std::vector<sdk::id> versions_without_first(odb::database&, sdk::id tenant);
[[nodiscard]] files_page page_of_files(odb::database&, sdk::id tenant, const files_wanted&);

/// Which part of a conversation's list is wanted.
struct list_wanted {
    sdk::id tenant;
    sdk::id conversation;
    std::optional<sdk::id> own_of;  ///< this user's, in any state; none: what everybody sees
    std::string category;           ///< empty: all
    std::string state;              ///< of own ones; empty: all
    std::optional<sdk::id> before;  ///< newest first, older than this one
    std::int64_t limit = 50;
};
/// One more than the limit, when there are more.
[[nodiscard]] std::vector<file_ptr> list_files(odb::database&, const list_wanted&);

/// Writes it and tells its uploader, when the state is another one than `before`.
void store_change(sdk::transaction&, file_row&, file_state before);

/// Tells the conversation, if the file stands in its list.
void say_when_shown(sdk::transaction&, const file_row&);

/// The row, its versions and its room are gone; the blobs are doomed. `says_conversation`: whoever could see it is
/// told, else its uploader alone.
void remove_file(sdk::transaction&, const file_row& first, bool says_conversation);
struct doomed_blob {
    std::int64_t tenant;
    std::string place;
    std::string path;
    std::int64_t due = 0;
};
void doom(odb::database&, const doomed_blob&);
/// The file's content, wherever it is or is being brought.
void doom_all(odb::database&, const file_row&);
/// Never a name that was used before: what is doomed under the old one must not take the new one along.
[[nodiscard]] std::string fresh_path(const file_row&);
/// What may go now.
[[nodiscard]] std::vector<std::shared_ptr<doomed_row>> doomed_of(odb::database&, sdk::id tenant,
                                                                 const std::string& place);

/// All of a query, so that rows may be changed while they are looked at.
template <class Row>
[[nodiscard]] std::vector<std::shared_ptr<Row>> all_of(odb::database& db, const odb::query<Row>& wanted) {
    std::vector<std::shared_ptr<Row>> all;
    auto found = db.query<Row>(wanted);
    for (auto i = found.begin(); i != found.end(); ++i) all.push_back(i.load());
    return all;
}

}  // namespace attachments
