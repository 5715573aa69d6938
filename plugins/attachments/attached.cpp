// One shape, {"files": [{"file": "12"}]}, and nothing besides it.
#include "attached.hpp"

#include <parley/hooks.hpp>

#include <algorithm>

#include "gates.hpp"

namespace attachments {
namespace {

namespace json = sdk::json;

sdk::error wrong(const char* sentence) { return sdk::refused("files_invalid", sentence); }

sdk::id id_in(const json::value& one) {
    if (!one.is_object()) return {};
    const auto* file = one.get_object().if_contains("file");
    if (file == nullptr || !file->is_string()) return {};
    const auto& text = file->get_string();
    return sdk::id::parse({text.data(), text.size()});
}

/// What is left of a file that was removed.
bool is_removed(const json::value& one) {
    const auto* removed = one.get_object().if_contains("removed");
    return removed != nullptr && *removed == true;
}

}  // namespace

json::object left_of(sdk::id file) { return {{"file", file.text()}, {"removed", true}}; }

sdk::result<std::vector<sdk::id>> read_attached(const json::object& data) {
    std::vector<sdk::id> all;
    const auto* files = data.if_contains("files");
    if (files == nullptr) return all;
    if (!files->is_array() || files->get_array().empty())
        return wrong("\"files\" is a list of files, each with its id as \"file\".");
    for (const auto& one : files->get_array()) {
        const auto id = id_in(one);
        if (!id) return wrong("Each of \"files\" has the id of a file as \"file\".");
        if (std::ranges::find(all, id) != all.end()) return wrong("A file stands there twice.");
        all.push_back(id);
    }
    return all;
}

std::vector<sdk::id> attached_in(const json::object& data) {
    std::vector<sdk::id> all;
    const auto* files = data.if_contains("files");
    if (files == nullptr || !files->is_array()) return all;
    for (const auto& one : files->get_array())
        if (const auto id = id_in(one); id && !is_removed(one)) all.push_back(id);
    return all;
}

std::vector<sdk::id> removed_in(const json::object& data) {
    std::vector<sdk::id> all;
    const auto* files = data.if_contains("files");
    if (files == nullptr || !files->is_array()) return all;
    for (const auto& one : files->get_array())
        if (const auto id = id_in(one); id && is_removed(one)) all.push_back(id);
    return all;
}

json::object described(const file_row& row) {
    return {{"file", std::to_string(row.id)},
            {"name", row.name},
            {"type", row.type},
            {"bytes", row.bytes},
            {"category", row.category}};
}

sdk::result<void> check_unsent(const file_row* row, const sending& by) {
    if (row == nullptr || row->uploader != by.author.number() || row->conversation != by.conversation.number() ||
        row->version_of != 0)
        return sdk::refused("file_unknown", "There is no such file of yours in this conversation.");
    if (row->message != 0) return sdk::refused("file_sent", "The file is in another message already.");
    return {};
}

sdk::result<void> check_sending(const file_row* row, const sending& by) {
    if (auto fits = check_unsent(row, by); !fits) return fits;
    switch (state_of(*row)) {
        case file_state::uploading:
        case file_state::checking:
        case file_state::waiting:
        case file_state::ready:
            return {};
        case file_state::rejected:
        case file_state::quarantined:
        case file_state::kept:
            break;
    }
    return sdk::refused("file_refused", row->reason.empty() ? "The file was turned down." : row->reason);
}

}  // namespace attachments
