console.log("depot");
