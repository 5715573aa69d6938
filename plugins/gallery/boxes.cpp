// Files made of boxes (HEIC, AVIF, JPEG XL, MP4, QuickTime): boxes stay where they are, for others say offsets into the
// file; what is in them becomes zeros.
#include <map>
#include <set>

#include "containers.hpp"

namespace gallery {
namespace {

using std::string_view_literals::operator""sv;

constexpr int deepest = 6;
constexpr int most_boxes = 20'000;
constexpr std::int64_t most_meta = 8 << 20;
constexpr std::int64_t most_exif = 1 << 20;

struct box {
    std::int64_t at = 0;
    std::int64_t head = 8;
    std::int64_t bytes = 0;  ///< with its head
    std::string type;

    [[nodiscard]] std::int64_t inside() const { return at + head; }
    [[nodiscard]] std::int64_t end() const { return at + bytes; }
};

/// False when there is none.
bool read_box(const bytes& from, std::int64_t at, std::int64_t end, box& into) {
    const auto head = from.read(at, 16);
    if (head.size() < 8 || at + 8 > end) return false;
    into = {.at = at,
            .bytes = static_cast<std::int64_t>(big(std::string_view(head).substr(0, 4))),
            .type = head.substr(4, 4)};
    if (into.bytes == 1 && head.size() == 16) {
        const auto large = big(std::string_view(head).substr(8));
        into.head = 16;
        into.bytes = large > static_cast<std::uint64_t>(end - at) ? end - at : static_cast<std::int64_t>(large);
    }
    // The last one may go to the end, and one that says too much does.
    if (into.bytes == 0 || into.bytes > end - at) into.bytes = end - at;
    return into.bytes >= into.head;
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> all) {
    return std::find(all.begin(), all.end(), type) != all.end();
}

/// A reader of numbers that stops at the end.
class cursor {
public:
    explicit cursor(std::string text) : text_(std::move(text)) {}
    std::uint64_t number(std::size_t count) {
        if (count > text_.size() - at_) {
            is_well_ = false;
            return 0;
        }
        at_ += count;
        return big(std::string_view(text_).substr(at_ - count, count));
    }
    std::string text(std::size_t count) {
        if (count > text_.size() - at_) {
            is_well_ = false;
            return {};
        }
        at_ += count;
        return text_.substr(at_ - count, count);
    }
    [[nodiscard]] bool is_well() const { return is_well_; }

private:
    std::string text_;
    std::size_t at_ = 0;
    bool is_well_ = true;
};

class box_walk {
public:
    box_walk(const bytes& from, edit_list& to, read_exif& found) : from_(from), to_(to), found_(found) {}

    void run() { walk(0, from_.size(), 0); }

private:
    void walk(std::int64_t at, std::int64_t end, int depth) {
        for (box one; seen_ < most_boxes && read_box(from_, at, end, one); at = one.end()) {
            ++seen_;
            hear(one, depth);
        }
    }

    void hear(const box& one, int depth) {
        if (depth == 0 && one.type == "meta") return picture_items(one);
        if (is_one_of(one.type, {"udta", "meta", "uuid", "xml ", "Exif", "brob", "jumb", "XMP_"})) {
            if (one.type == "Exif") learn(from_.read(one.inside(), std::min(one.bytes - one.head, most_exif)));
            return hide(one);
        }
        if (depth < deepest && is_one_of(one.type, {"moov", "trak", "mdia", "minf", "moof", "traf"}))
            walk(one.inside(), one.end(), depth + 1);
    }

    /// It becomes free room.
    void hide(const box& one) {
        to_.replace(one.at + 4, 4, "free");
        to_.blank(one.inside(), one.bytes - one.head);
    }

    /// HEIC and AVIF: what a camera says is an item like pictures are, somewhere in the file.
    void picture_items(const box& meta) {
        if (meta.bytes > most_meta) return;
        const auto from = meta.inside() + 4;
        std::int64_t idat = 0;
        box one;
        for (auto at = from; read_box(from_, at, meta.end(), one); at = one.end()) {
            if (one.type == "iinf") read_infos(one);
            if (one.type == "idat") idat = one.inside();
        }
        for (auto at = from; read_box(from_, at, meta.end(), one); at = one.end()) {
            if (one.type == "iloc") hide_items(one, idat);
            if (is_one_of(one.type, {"udta", "uuid", "xml "})) hide(one);
        }
    }

    void read_infos(const box& infos) {
        const auto version = big(from_.read(infos.inside(), 1));
        box one;
        for (auto at = infos.inside() + (version == 0 ? 6 : 8); read_box(from_, at, infos.end(), one); at = one.end()) {
            cursor in(from_.read(one.inside(), std::min<std::int64_t>(one.bytes - one.head, 64)));
            const auto kind = in.number(1);
            in.number(3);
            if (one.type != "infe" || kind < 2) continue;
            const auto item = in.number(kind == 2 ? 2 : 4);
            in.number(2);
            const auto type = in.text(4);
            if (in.is_well() && type == "Exif") exif_.insert(item);
            if (in.is_well() && is_one_of(type, {"mime", "uri "})) others_.insert(item);
        }
    }

    void hide_items(const box& places, std::int64_t idat) {
        cursor in(from_.read(places.inside(), places.bytes - places.head));
        const auto version = in.number(1);
        in.number(3);
        const auto sizes = in.number(2);
        const auto offset_size = sizes >> 12U & 15U, length_size = sizes >> 8U & 15U, base_size = sizes >> 4U & 15U;
        const auto index_size = version == 0 ? 0 : sizes & 15U;
        const auto count = in.number(version < 2 ? 2 : 4);
        for (std::uint64_t i = 0; i < count && in.is_well(); ++i) {
            const auto item = in.number(version < 2 ? 2 : 4);
            const auto way = version == 0 ? 0 : in.number(2) & 15U;
            in.number(2);
            const auto base = in.number(base_size);
            const auto extents = in.number(2);
            for (std::uint64_t k = 0; k < extents && in.is_well(); ++k) {
                in.number(index_size);
                const auto at = base + in.number(offset_size);
                const auto bytes = in.number(length_size);
                if (in.is_well() && way <= 1)
                    hide_item(item, at + (way == 1 ? static_cast<std::uint64_t>(idat) : 0), bytes);
            }
        }
    }

    void hide_item(std::uint64_t item, std::uint64_t at, std::uint64_t bytes) {
        const auto size = static_cast<std::uint64_t>(from_.size());
        if (at > size || bytes > size - at) return;
        const auto place = static_cast<std::int64_t>(at);
        if (exif_.contains(item)) learn(from_.read(place, std::min(static_cast<std::int64_t>(bytes), most_exif)));
        if (exif_.contains(item) || others_.contains(item)) to_.blank(place, static_cast<std::int64_t>(bytes));
    }

    /// With an offset before it.
    void learn(const std::string& text) {
        const auto skipped = text.size() < 4 ? 0 : 4 + big(std::string_view(text).substr(0, 4));
        if (skipped < text.size() && found_.secret.empty()) found_ = parse_exif(part(text.substr(skipped)));
    }

    const bytes& from_;
    edit_list& to_;
    read_exif& found_;
    int seen_ = 0;
    std::set<std::uint64_t> exif_;
    std::set<std::uint64_t> others_;
};

}  // namespace

void clean_boxes(const bytes& from, edit_list& to, read_exif& found) { box_walk(from, to, found).run(); }

}  // namespace gallery
