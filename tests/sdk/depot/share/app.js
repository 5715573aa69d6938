// What the depot brings along to be sent.
console.log("depot");
