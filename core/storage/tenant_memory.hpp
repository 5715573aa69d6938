// What the writer remembers of a tenant between groups.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/conversation.hpp"
#include "model/role.hpp"
#include "model/user.hpp"

namespace parley::storage {

struct member_place {
    conversation_id conversation;
    user_id user;
    friend bool operator==(member_place, member_place) = default;
};

struct member_place_hash {
    std::size_t operator()(member_place of) const noexcept {
        return std::hash<conversation_id>{}(of.conversation) * 31 + std::hash<user_id>{}(of.user);
    }
};

/// Rows by key, each either as stored or waiting to be written. What is not there is not remembered.
template <class Key, class Value, class Hash = std::hash<Key>>
class remembered {
public:
    [[nodiscard]] const Value* find(const Key& key) const {
        const auto found = all_.find(key);
        return found == all_.end() ? nullptr : &found->second.value;
    }
    void keep(const Key& key, Value value) { all_[key] = {std::move(value), false}; }
    void change(const Key& key, Value value) { to_change(key) = std::move(value); }
    /// What is to be changed; waits from now on.
    [[nodiscard]] Value& to_change(const Key& key) {
        auto& entry = all_[key];
        if (!entry.waiting) waiting_.push_back(key);
        entry.waiting = true;
        return entry.value;
    }
    void forget(const Key& key) { all_.erase(key); }

    /// Hands each waiting value to `write`, once however often it changed.
    template <class Write>
    void flush(Write write) {
        for (const auto& key : waiting_) {
            const auto found = all_.find(key);
            if (found == all_.end() || !found->second.waiting) continue;
            write(found->second.value);
            found->second.waiting = false;
        }
        waiting_.clear();
    }
    void clear() {
        all_.clear();
        waiting_.clear();
    }
    [[nodiscard]] std::size_t size() const { return all_.size(); }

private:
    struct entry {
        Value value;
        bool waiting = false;
    };
    std::unordered_map<Key, entry, Hash> all_;
    std::vector<Key> waiting_;
};

struct tenant_memory {
    std::size_t counted = 0;  ///< size(), when it was last summed up
    position heard = 0;       ///< the sink has heard everything up to here
    /// The rows below are good as long as the tenant's row says this, for every commit raises it.
    std::optional<std::int64_t> generation;
    remembered<user_id, user> users;
    remembered<conversation_id, conversation> conversations;
    remembered<member_place, member, member_place_hash> members;
    remembered<std::string, std::shared_ptr<const custom_role>> roles;  ///< by name

    [[nodiscard]] std::size_t size() const {
        return users.size() + conversations.size() + members.size() + roles.size();
    }
    void forget() {
        generation.reset();
        users.clear();
        conversations.clear();
        members.clear();
        roles.clear();
    }
};

}  // namespace parley::storage
