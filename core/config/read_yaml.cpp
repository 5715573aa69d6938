// YAML text into a tree of values: yaml-cpp's events, every one of them judged.
#include "config/read_yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

namespace parley::config {
namespace {

/// Thrown through yaml-cpp, which offers no other way to stop, and caught in read_yaml.
struct over_limit {
    problem why;
};

/// Builds the tree from events, so that an alias is seen as an alias and never followed.
class tree_builder final : public YAML::EventHandler {
public:
    tree_builder(const std::shared_ptr<const std::string>& name, origin_kind kind, problem_list& problems)
        : name_(name), kind_(kind), problems_(problems) {}

    [[nodiscard]] node take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) throw over_limit{at(mark).fault("", "a second document; there can be only one")};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        node made;
        begin(made, mark, "?", anchor);
        finish(std::move(made));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        node made;
        begin(made, mark, "?", 0);
        problems_.add(made.where.fault("", "aliases (*name) are not allowed"));
        finish(std::move(made));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        node made = tag == "?" ? plain_scalar(value) : node::string(value);
        begin(made, mark, tag, anchor);
        if (first_bad_byte(value) != value.npos) {
            problems_.add(made.where.fault("", "a text with a control character in it"));
            made.text = printable(value);
        }
        finish(std::move(made));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(node_kind::list, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(node_kind::object, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    /// A list or object that is still being read.
    struct frame {
        node value;
        std::set<std::string, std::less<>> keys;
        std::optional<member> waiting;  ///< a key whose value comes next
        bool drop_next = false;         ///< the key was no good, so its value is not kept
    };

    [[nodiscard]] origin at(const YAML::Mark& mark) const { return {kind_, name_, mark.line + 1, mark.column + 1}; }

    void begin(node& made, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        made.where = at(mark);
        if (++nodes_ > yaml_limits::nodes) {
            throw over_limit{made.where.fault("", fmt::format("more than {} values", yaml_limits::nodes))};
        }
        if (anchor != 0) problems_.add(made.where.fault("", "anchors (&name) are not allowed"));
        if (tag != "?" && tag != "!") problems_.add(made.where.fault("", "tags (!name) are not allowed"));
    }

    void open(node_kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        frame opened;
        opened.value.kind = kind;
        begin(opened.value, mark, tag, anchor);
        if (frames_.size() >= yaml_limits::depth) {
            throw over_limit{opened.value.where.fault("", fmt::format("nested deeper than {}", yaml_limits::depth))};
        }
        frames_.push_back(std::move(opened));
    }

    void close() {
        node made = std::move(frames_.back().value);
        frames_.pop_back();
        finish(std::move(made));
    }

    void finish(node made) {
        if (frames_.empty()) {
            root_ = std::move(made);
            return;
        }
        frame& into = frames_.back();
        if (into.value.kind == node_kind::list) {
            into.value.items.push_back(std::move(made));
        } else if (into.drop_next) {
            into.drop_next = false;
        } else if (into.waiting) {
            // What has no text of its own is best pointed at by its key: it may begin lines later, or nowhere.
            const bool own_place = made.kind != node_kind::nothing && made.items.empty() && made.members.empty();
            if (!own_place) made.where = into.waiting->where;
            into.waiting->value = std::move(made);
            into.value.members.push_back(*std::exchange(into.waiting, std::nullopt));
        } else {
            take_key(into, made);
        }
    }

    void take_key(frame& into, const node& key) {
        if (key.kind == node_kind::nothing || key.kind == node_kind::list || key.kind == node_kind::object) {
            problems_.add(key.where.fault("", "a key has to be a word"));
            into.drop_next = true;
        } else if (!into.keys.insert(key.text).second) {
            problems_.add(key.where.fault("", fmt::format("the key '{}' stands here twice", printable(key.text))));
            into.drop_next = true;
        } else {
            into.waiting = member{key.text, key.where, {}};
        }
    }

    std::shared_ptr<const std::string> name_;
    origin_kind kind_;
    problem_list& problems_;
    std::vector<frame> frames_;
    node root_;
    std::size_t nodes_ = 0;
    int documents_ = 0;
};

/// Line and column, from 1, of a byte of the text.
origin place_of(std::string_view text, std::size_t byte, origin_kind kind,
                const std::shared_ptr<const std::string>& name) {
    const auto before = text.substr(0, byte);
    const auto line_end = before.rfind('\n');
    const auto column = line_end == before.npos ? before.size() : before.size() - line_end - 1;
    return {kind, name, static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
            static_cast<int>(column) + 1};
}

}  // namespace

std::optional<node> read_yaml(std::string_view text, const std::shared_ptr<const std::string>& name,
                              problem_list& problems, origin_kind kind) {
    const origin start{kind, name, 1, 1};
    if (text.size() > yaml_limits::bytes) {
        problems.add(start.fault("", fmt::format("longer than {} bytes", yaml_limits::bytes)));
        return std::nullopt;
    }
    // Also keeps yaml-cpp from guessing UTF-16 and UTF-32.
    if (const auto bad = first_bad_byte(text); bad != text.npos) {
        problems.add(place_of(text, bad, kind, name).fault("", "not UTF-8, or a control character"));
        return std::nullopt;
    }
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        tree_builder builder(name, kind, problems);
        while (parser.HandleNextDocument(builder)) {
        }
        node root = builder.take();
        if (root.kind == node_kind::nothing) root.kind = node_kind::object;
        if (!root.where.name) root.where = start;
        if (root.kind == node_kind::object) return root;
        problems.add(root.where.fault("", "the file has to consist of settings, each a key and a value"));
    } catch (const over_limit& stopped) {
        problems.add(stopped.why);
    } catch (const YAML::Exception& stopped) {
        origin where{kind, name, stopped.mark.line + 1, stopped.mark.column + 1};
        if (stopped.mark.is_null()) where = start;
        problems.add(where.fault("", printable(stopped.msg)));
    }
    return std::nullopt;
}

}  // namespace parley::config
