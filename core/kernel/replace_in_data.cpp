// The row, its revisions, and one event; views in the log are filled from the row, so they follow.
#include "kernel/replace_in_data.hpp"

#include "kernel/access.hpp"
#include "kernel/events.hpp"
#include "kernel/message_draft.hpp"

namespace parley::kernel {
namespace {

bool is_meant(const boost::json::value& one, const data_replacement& what) {
    if (!one.is_object()) return false;
    const auto* member = one.get_object().if_contains(what.key);
    return member != nullptr && member->is_string() && member->get_string() == what.value;
}

bool replace(boost::json::object& data, const data_replacement& what) {
    auto* list = data.if_contains(what.list);
    if (list == nullptr || !list->is_array()) return false;
    bool changed = false;
    for (auto& one : list->get_array()) {
        if (!is_meant(one, what) || one.get_object() == what.with) continue;
        one = what.with;
        changed = true;
    }
    return changed;
}

bool replace_in_revisions(writing& w, const data_replacement& what) {
    auto all = w.revisions(rows(), what.message);
    bool changed = false;
    for (auto& one : all) changed = replace(one.data, what) || changed;
    if (!changed) return false;
    w.erase_revisions(rows(), what.message);
    for (const auto& one : all) w.insert(rows(), one);
    return true;
}

}  // namespace

bool replace_in_data(const environment& env, writing& w, const data_replacement& what) {
    auto found = w.find_message(rows(), what.message);
    if (!found) return false;
    const bool in_past = replace_in_revisions(w, what);
    if (!replace(found->data, what)) return in_past;
    w.update(rows(), *found);
    if (found->state != message_state::published || found->deleted_at) return true;
    const auto mentioned = found->mentions;
    w.append(events::message_edited(view_of(w, std::move(*found)), mentioned, env.time.now()));
    return true;
}

}  // namespace parley::kernel
