// The same with the plugin in a process of its own, which may connect because the operator named a store, and not otherwise.
import { tellOfS3 } from './lib/stories_of_s3.js';

tellOfS3('process');
