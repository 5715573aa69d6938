// Files in an S3-compatible store: brought there, served from there, moved, deleted and proved; with the plugin in the server.
import { tellOfS3, tellOfWrongSecret } from './lib/stories_of_s3.js';

tellOfS3('in_process');
tellOfWrongSecret();
