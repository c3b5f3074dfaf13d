# Draws curves: lines of commands in, drawing commands (../DRAWING.md) out. Any awk does.

BEGIN {
  POINTS = 700          # of each curve
  LINE_MAX = 200        # characters of a command
  BOUND = 1000          # of both ends of the range
  WIDTH_MAX = 200; WIDTH_MIN = 0.1
  PI = atan2(0, -1)

  # Name, as it is asked for; colour; and how the legend calls it.
  count = 0
  curve("sin", "blue", "sin x")
  curve("cos", "orange", "cos x")
  curve("damped", "green", "exp(-|x|/4) cos 4x")
  curve("beat", "purple", "(sin 5x + sin 5.5x) / 2")
  curve("sinc", "red", "sin(pi x) / (pi x)")
  curve("square", "teal", "square wave, 5 terms")
  curve("saw", "pink", "sawtooth, 6 terms")
  curve("bell", "olive", "exp(-x^2 / 2)")

  left = -10; right = 10
  draw()
}

function curve(name, color, legend) {
  NAMES[++count] = name; COLOR[name] = color; LEGEND[name] = legend
}

function value(name, x,    k, sum) {
  if (name == "sin") return sin(x)
  if (name == "cos") return cos(x)
  if (name == "damped") return exp(-(x < 0 ? -x : x) / 4) * cos(4 * x)
  if (name == "beat") return (sin(5 * x) + sin(5.5 * x)) / 2
  if (name == "sinc") return x * x < 1e-12 ? 1 : sin(PI * x) / (PI * x)
  if (name == "bell") return x * x > 400 ? 0 : exp(-x * x / 2)
  sum = 0
  if (name == "square") for (k = 1; k <= 9; k += 2) sum += 4 / PI * sin(k * x) / k
  if (name == "saw") for (k = 1; k <= 6; k++) sum += 2 / PI * (k % 2 ? 1 : -1) * sin(k * x) / k
  return sum
}

function error(text) {
  # Never with words of the line in it: they would have to be escaped for JSON.
  printf "{\"draw\":\"error\",\"text\":\"%s\"}\n", text
}

function draw(    c, i, x, name, drawn) {
  print "{\"draw\":\"clear\"}"
  printf "{\"draw\":\"view\",\"left\":%.6g,\"right\":%.6g,\"top\":1.5,\"bottom\":-1.5}\n", left, right
  print "{\"draw\":\"axes\"}"
  for (c = 1; c <= count; c++) {
    name = NAMES[c]
    if (!(name in chosen)) continue
    drawn++
    printf "{\"draw\":\"line\",\"color\":\"%s\",\"name\":\"%s\",\"points\":[", COLOR[name], LEGEND[name]
    for (i = 0; i <= POINTS; i++) {
      x = left + (right - left) * i / POINTS
      printf "%s%.4f,%.4f", (i ? "," : ""), x, value(name, x)
    }
    print "]}"
  }
  printf "{\"draw\":\"status\",\"text\":\"%d curve%s, x from %.6g to %.6g\"}\n", drawn, (drawn == 1 ? "" : "s"), left, right
  print "{\"draw\":\"show\"}"
  fflush()  # A pipe is not flushed at each line by itself.
}

function isNumber(word) {
  return length(word) <= 12 && word ~ /^-?[0-9]+(\.[0-9]+)?$/ && word >= -BOUND && word <= BOUND
}

function choose(    i) {
  for (i = 2; i <= NF; i++) if (!($i in COLOR)) return 0
  split("", chosen)
  for (i = 2; i <= NF; i++) chosen[$i] = 1
  return 1
}

function range(    width) {
  width = $3 - $2
  if (!isNumber($2) || !isNumber($3) || width < WIDTH_MIN || width > WIDTH_MAX) return 0
  left = $2 + 0; right = $3 + 0
  return 1
}

length($0) > LINE_MAX { error("a line is at most " LINE_MAX " long"); fflush(); next }
$1 == "curves" {
  if (choose()) draw()
  else { error("curves are: sin cos damped beat sinc square saw bell"); fflush() }
  next
}
$1 == "range" && NF == 3 {
  if (range()) draw()
  else { error("range LEFT RIGHT: numbers within " BOUND ", " WIDTH_MIN " to " WIDTH_MAX " apart"); fflush() }
  next
}
{ error("commands are: curves NAME ..., range LEFT RIGHT"); fflush() }
