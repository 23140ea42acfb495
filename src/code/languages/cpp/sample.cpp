// A sample of C++.
#include <vector>
#include "shape.h"

namespace geometry {

using Points = std::vector<int>;
constexpr int kLimit = 4;

/// A shape.
template <typename T>
class Shape : public Base, private detail::Holder<T> {
 public:
  explicit Shape(int sides) : sides_(sides) {}
  virtual ~Shape();
  /// Its area.
  virtual double area() const = 0;
  Shape& operator+=(const Shape& other);
  static int count;

 private:
  int sides_;
};

struct Square {
  double side;
  double area() const { return side * side; }
};

enum class Color { Red, Green };

// Out of line.
double Square::scale(double by) {
  side *= by;
  auto other = new Square();
  other->area();
  return geometry::helper(side);
}

}  // namespace geometry

int main() {
  std::sort(v.begin(), v.end());
  return geometry::run<int>(kLimit);
}
